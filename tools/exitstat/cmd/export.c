// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat export: selects a format, a table and an output file. The writers
 * are in export/.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "cmd/cmd.h"
#include "cmd/usage.h"
#include "export/export.h"
#include "lib/outfile.h"

/* The first one is the default. */
static const struct export_format formats[] = {
	{ "csv", "one table, in long format", true, export_csv, NULL },
	{ "json", "all tables, one object", false, export_json, NULL },
	{ "trace", "counters and phases, for Perfetto and chrome://tracing",
	  false, export_trace, NULL },
	{ "openmetrics", "final totals, as exitstat serve exports them", false,
	  export_openmetrics, NULL },
	{ "sqlite", "all tables and totals: a database with one number per row",
	  false, NULL, export_sqlite },
};

#define NO_TABLE	SIZE_MAX

struct options {
	const char *file;
	const char *output;
	size_t format;		/* of formats */
	size_t table;		/* of export_tables; NO_TABLE: none selected */
	bool force;
};

static const char *format_word(size_t i)
{
	return i < ARRAY_LEN(formats) ? formats[i].name : NULL;
}

static const char *table_word(size_t i)
{
	return i < export_nr_tables ? export_tables[i].name : NULL;
}

static const struct option_row rows[] = {
	CMD_ONE_FILE("FILE"),
	{ "format", 'f', "FORMAT", OPT_NAME(format, format_word),
	  "format (default: csv), see below" },
	{ "output", 'o', "FILE", OPT_TEXT(output),
	  "write to FILE (default: standard output)" },
	{ "force", 0, NULL, OPT_FLAG(force),
	  "with sqlite, replace FILE if it exists" },
	{ "table", 0, "TABLE", OPT_NAME(table, table_word),
	  "table for CSV (default: exits), see below" },
	{ 0 }
};

static bool is_stdout(const char *output)
{
	return !output || !strcmp(output, "-");
}

static void finish(void *options)
{
	const struct options *o = options;
	const struct export_format *f = &formats[o->format];

	if (o->file && o->table != NO_TABLE && !f->one_table)
		usage_error("--table excludes --format %s", f->name);
	if (o->file && f->write_file && is_stdout(o->output))
		usage_error("--format %s requires --output FILE", f->name);
}

static void more(struct buf *b)
{
	buf_printf(b, "Formats:\n");
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		buf_printf(b, "  %-11s %s\n", formats[i].name,
			   formats[i].help);
	buf_printf(b, "Tables:\n");
	for (size_t i = 0; i < export_nr_tables; i++)
		buf_printf(b, "  %-11s %s\n", export_tables[i].name,
			   export_tables[i].help);
}

/* Progress of a long export, shown on a terminal after a second. */
struct progress {
	const char *file;
	uint64_t next_ns;
	bool shown;
};

static void show_progress(void *arg, double share)
{
	struct progress *p = arg;
	uint64_t now_ns = mono_ns();

	if (now_ns < p->next_ns)
		return;
	p->next_ns = now_ns + NSEC_PER_SEC / 4;
	p->shown = true;
	fprintf(stderr, "\r%s: %.0f %% ", p->file, share * 100);
}

static int write_file(struct recording *r, const struct options *o,
		      const char *file, struct errbuf *err)
{
	struct progress p = { o->output, UINT64_MAX, false };
	int rc;

	if (isatty(STDERR_FILENO))
		p.next_ns = mono_ns() + NSEC_PER_SEC;
	rc = formats[o->format].write_file(r, file, o->output,
						  show_progress, &p, err);
	if (p.shown)
		fputs("\r\033[K", stderr);
	return rc;
}

static int write_export(struct recording *r, const struct options *o)
{
	const struct export_table *t =
		&export_tables[o->table == NO_TABLE ? 0 : o->table];
	const struct export_format *f = &formats[o->format];
	struct outfile out;
	struct errbuf err;
	int rc;

	if (f->write_file && !o->force && !access(o->output, F_OK)) {
		err_set(&err, -EEXIST,
			"%s: File exists (choose another name with -o, or use --force)",
			o->output);
		return cmd_fail(&err);
	}
	if (outfile_open(&out, o->output, &err))
		return cmd_fail(&err);
	rc = f->write_file ? write_file(r, o, out.tmp, &err) :
			     f->write(r, t, out.f, &err);
	if (rc) {
		outfile_abort(&out);
		return cmd_fail(&err);
	}
	return outfile_commit(&out, &err) ? cmd_fail(&err) : EXIT_CODE_OK;
}

static int run(void *options)
{
	const struct options *o = options;
	struct recording r;
	struct errbuf err;
	int code;

	if (rec_open(&r, o->file, &err))
		return cmd_fail(&err);
	code = write_export(&r, o);
	rec_close(&r);
	return code;
}

const struct command cmd_export = {
	.name = "export",
	.help = "convert a recording to CSV, JSON, SQLite or a Perfetto trace",
	.usage = "FILE",
	.doc = "Convert a recording for other programs: one table as CSV, or all of it in another format.",
	.more = more,
	.rows = rows,
	.finish = finish,
	.size = sizeof(struct options),
	.defaults = &(const struct options) { .table = NO_TABLE },
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat export: chooses a format, a table and where it goes; the rest is in
 * the export-*.c files.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "cmd/cmd.h"
#include "export/export.h"
#include "lib/outfile.h"

enum { OPT_TABLE = 0x200, OPT_FORCE };

const struct export_format export_formats[] = {
	{ "csv", "one table, in long format", true, export_csv, NULL },
	{ "json", "all tables, one object", false, export_json, NULL },
	{ "trace", "counters and phases, for Perfetto and chrome://tracing",
	  false, export_trace, NULL },
	{ "openmetrics", "final totals, as exitstat serve tells them", false,
	  export_openmetrics, NULL },
	{ "sqlite", "all tables and totals, a database with a row per number",
	  false, NULL, export_sqlite },
};
const size_t export_nr_formats = ARRAY_LEN(export_formats);

struct options {
	const char *file;
	const char *output;
	const struct export_format *format;
	const struct export_table *table;	/* NULL: not asked for one */
	bool force;
};

static const struct argp_option option_table[] = {
	{ "format", 'f', "FORMAT", 0, "Format (default: csv), see below", 0 },
	{ "output", 'o', "FILE", 0, "Write FILE (default: standard output)", 0 },
	{ "force", OPT_FORCE, NULL, 0, "Replace FILE if it is there: sqlite", 0 },
	{ "table", OPT_TABLE, "TABLE", 0,
	  "Table for CSV (default: exits), see below", 0 },
	{ 0 }
};

static const struct export_format *format_by_name(const char *name)
{
	for (size_t i = 0; i < export_nr_formats; i++)
		if (!strcmp(name, export_formats[i].name))
			return &export_formats[i];
	return NULL;
}

static void no_format(struct argp_state *state, const char *name)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < export_nr_formats; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", export_formats[i].name);
	argp_error(state, "format: %s: no such format (one of %s)", name,
		   b.data);
}

static void no_table(struct argp_state *state, const char *name)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < export_nr_tables; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", export_tables[i].name);
	argp_error(state, "table: %s: no such table (one of %s)", name, b.data);
}

static bool is_stdout(const char *output)
{
	return !output || !strcmp(output, "-");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'f':
		o->format = format_by_name(arg);
		if (!o->format)
			no_format(state, arg);
		return 0;
	case 'o':
		o->output = arg;
		return 0;
	case OPT_TABLE:
		o->table = export_table_by_name(arg);
		if (!o->table)
			no_table(state, arg);
		return 0;
	case OPT_FORCE:
		o->force = true;
		return 0;
	case ARGP_KEY_END:
		if (o->file && o->table && !o->format->one_table)
			argp_error(state, "%s has %s: without --table",
				   o->format->name, o->format->help);
		if (o->file && o->format->write_file && is_stdout(o->output))
			argp_error(state, "%s is a file, which -o must name",
				   o->format->name);
		return cmd_one_file(key, arg, state, &o->file);
	default:
		return cmd_one_file(key, arg, state, &o->file);
	}
}

/* The tables of formats and of tables, for --help; argp frees it. */
static char *help_filter(int key, const char *text, void *input)
{
	struct buf b = { 0 };

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	buf_printf(&b, "Formats:\n");
	for (size_t i = 0; i < export_nr_formats; i++)
		buf_printf(&b, "  %-10s %s\n", export_formats[i].name,
			   export_formats[i].help);
	buf_printf(&b, "Tables:\n");
	for (size_t i = 0; i < export_nr_tables; i++)
		buf_printf(&b, "  %-10s %s\n", export_tables[i].name,
			   export_tables[i].help);
	return b.data;
}

const struct argp argp_export = {
	.options = option_table,
	.parser = parse,
	.args_doc = "FILE",
	.doc = "Write a recording for other programs: as CSV, a table at a time, as JSON, or as a trace.\v ",
	.help_filter = help_filter,
};

/* For whoever waits: after a second, on a terminal. */
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
	rc = o->format->write_file(r, file, o->output, show_progress, &p, err);
	if (p.shown)
		fputs("\r\033[K", stderr);
	return rc;
}

static int write_export(struct recording *r, const struct options *o)
{
	const struct export_table *t = o->table ? o->table : &export_tables[0];
	struct outfile out;
	struct errbuf err;
	int rc;

	if (o->format->write_file && !o->force && !access(o->output, F_OK)) {
		err_set(&err, -EEXIST,
			"%s: File exists (choose another name with -o, or use --force)",
			o->output);
		return cmd_fail(&err);
	}
	if (outfile_open(&out, o->output, &err))
		return cmd_fail(&err);
	rc = o->format->write_file ? write_file(r, o, out.tmp, &err) :
				     o->format->write(r, t, out.f, &err);
	if (rc) {
		outfile_abort(&out);
		return cmd_fail(&err);
	}
	return outfile_commit(&out, &err) ? cmd_fail(&err) : EXIT_CODE_OK;
}

int cmd_export(int argc, char **argv)
{
	struct options o = { .format = &export_formats[0] };
	struct recording r;
	struct errbuf err;
	int code;

	if (argp_parse(&argp_export, argc, argv, 0, NULL, &o))
		return EXIT_CODE_USAGE;
	if (rec_open(&r, o.file, &err))
		return cmd_fail(&err);
	code = write_export(&r, &o);
	rec_close(&r);
	return code;
}

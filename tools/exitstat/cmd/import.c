// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat import: makes a recording from the output of other tools. The formats
 * are those of import/import.c.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/usage.h"
#include "import/import.h"
#include "kvm_exit_stats.h"

#define NO_FORMAT	SIZE_MAX

struct options {
	const char *file;
	const char *output;
	size_t format;		/* of import_formats; NO_FORMAT: detected */
	struct import import;
	bool force;
};

static const char *format_word(size_t i)
{
	return i < import_nr_formats ? import_formats[i]->name : NULL;
}

static const struct option_row rows[] = {
	CMD_ONE_FILE("LOG"),
	{ "output", 'o', "FILE", OPT_TEXT(output),
	  "recording to write (default: LOG.exitstat)" },
	{ "format", 'f', "FORMAT", OPT_NAME(format, format_word),
	  "format (default: detected), see below" },
	{ "isa", 'i', "vmx|svm", OPT_CHOICE(import.isa, KES_ISA_VMX),
	  "the reasons are Intel's or AMD's (default: those of most names)" },
	{ "interval", 's', "TIME",
	  OPT_DURATION(import.interval_ns, NSEC_PER_MSEC, 3600 * NSEC_PER_SEC),
	  "time between lines of kvm_stat or screens of perf (default: from their time stamps); for perf script, length of a sample (default: 100ms)" },
	{ "duration", 'd', "TIME",
	  OPT_DURATION(import.duration_ns, NSEC_PER_MSEC, 86400 * NSEC_PER_SEC),
	  "duration of the run, which a report of perf kvm stat does not contain" },
	CMD_FORCE_OPTION,
	{ 0 }
};

static void finish(void *options)
{
	const struct options *o = options;

	if (o->file && !strcmp(o->file, "-") && !o->output)
		usage_error("standard input requires --output");
}

static void more(struct buf *b)
{
	buf_printf(b, "Formats:\n");
	for (size_t i = 0; i < import_nr_formats; i++)
		buf_printf(b, "  %-11s %s\n", import_formats[i]->name,
			   import_formats[i]->help);
}

static int read_log(struct options *o, const struct import_format **format,
		    struct errbuf *err)
{
	bool standard = !strcmp(o->file, "-");
	FILE *f = standard ? stdin : fopen(o->file, "r");
	int rc;

	if (!f)
		return err_set(err, -errno, "%s: %s", o->file, strerror(errno));
	rc = import_read(&o->import, f, standard ? "standard input" : o->file,
			 format, err);
	if (!standard)
		fclose(f);
	return rc;
}

static void print_summary(const struct options *o, const struct import_format *format,
		const char *unknown, uint64_t exits)
{
	char n[COUNT_TEXT_LEN];

	if (*unknown)
		warnx("unknown reasons, kept under these names: %s", unknown);
	if (o->import.negative)
		warnx("%llu negative counts set to 0 (a VM was destroyed)",
		      (unsigned long long)o->import.negative);
	if (o->import.lost)
		warnx("%s: %llu events lost", o->file,
		      (unsigned long long)o->import.lost);
	warnx("%s: %s exits in %zu interval%s, from %s", o->output,
	      fmt_count(n, exits), o->import.nr_ends - 1,
	      o->import.nr_ends == 2 ? "" : "s", format->name);
}

static int import(struct options *o)
{
	const struct import_format *format =
		o->format == NO_FORMAT ? NULL : import_formats[o->format];
	struct buf unknown = { 0 };
	struct errbuf err;
	uint64_t exits = 0;
	int rc = read_log(o, &format, &err);

	for (size_t i = 0; i < o->import.nr_counts; i++)
		exits += o->import.counts[i].n;
	if (!rc)
		rc = import_write(&o->import, o->file, format, o->output,
				  o->force, &unknown, &err);
	if (rc)
		cmd_fail(&err);
	else
		print_summary(o, format, unknown.data ? unknown.data : "", exits);
	buf_free(&unknown);
	return rc ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

static int run(void *options)
{
	struct options *o = options;
	char *name = NULL;
	int code;

	if (!o->output)
		o->output = name = xasprintf("%s.exitstat", o->file);
	code = import(o);
	import_free(&o->import);
	free(name);
	return code;
}

const struct command cmd_import = {
	.name = "import",
	.help = "convert output of kvm_stat or perf kvm stat to a recording",
	.usage = "LOG",
	.doc = "Convert the file LOG, which kvm_stat or perf kvm stat wrote, to a recording. LOG may be - for standard input.",
	.more = more,
	.rows = rows,
	.finish = finish,
	.size = sizeof(struct options),
	.defaults = &(const struct options) { .format = NO_FORMAT },
	.run = run,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat import: what other tools recorded, as a recording. Formats are those
 * of import/import.c.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "import/import.h"
#include "kvm_exit_stats.h"

enum { OPT_FORCE = 0x200 };

struct options {
	const char *file;
	const char *output;
	const struct import_format *format;
	struct import import;
	bool force;
};

static const struct argp_option option_table[] = {
	{ "output", 'o', "FILE", 0,
	  "Recording to make (default: LOG with .exitstat behind it)", 0 },
	{ "format", 'f', "LOGFORMAT", 0, "Format (default: by its lines), see below",
	  0 },
	{ "isa", 'i', "vmx|svm", 0,
	  "Whose names they are, Intel's or AMD's (default: whose most are)", 0 },
	{ "interval", 's', "TIME", 0,
	  "Time between kvm_stat's lines or perf's screens (default: by their stamps); of perf script, to count in (default: 100ms)",
	  0 },
	{ "duration", 'd', "TIME", 0,
	  "How long perf kvm stat recorded, which its report does not say", 0 },
	{ "force", OPT_FORCE, NULL, 0, "Replace FILE if it exists", 0 },
	{ 0 }
};

static uint32_t isa_of(struct argp_state *state, const char *name)
{
	if (!strcmp(name, "vmx"))
		return KES_ISA_VMX;
	if (strcmp(name, "svm"))
		argp_error(state, "isa: %s: need vmx or svm", name);
	return KES_ISA_SVM;
}

static const struct import_format *format_of(struct argp_state *state,
					     const char *name)
{
	const struct import_format *f = import_format_by_name(name);
	struct buf b = { 0 };

	for (size_t i = 0; i < import_nr_formats; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", import_formats[i].name);
	if (!f)
		argp_error(state, "format: %s: no such format (one of %s)",
			   name, b.data);
	buf_free(&b);
	return f;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'o':
		o->output = arg;
		return 0;
	case 'f':
		o->format = format_of(state, arg);
		return 0;
	case 'i':
		o->import.isa = isa_of(state, arg);
		return 0;
	case 's':
		o->import.interval_ns = cmd_duration(state, "interval", arg,
						     NSEC_PER_MSEC,
						     3600 * NSEC_PER_SEC);
		return 0;
	case 'd':
		o->import.duration_ns = cmd_duration(state, "duration", arg,
						     NSEC_PER_MSEC,
						     86400 * NSEC_PER_SEC);
		return 0;
	case OPT_FORCE:
		o->force = true;
		return 0;
	case ARGP_KEY_END:
		if (o->file && !strcmp(o->file, "-") && !o->output)
			argp_error(state, "standard input: into which --output?");
		return cmd_one_file(key, arg, state, &o->file);
	default:
		return cmd_one_file(key, arg, state, &o->file);
	}
}

/* The table of formats, for --help; argp frees it. */
static char *help_filter(int key, const char *text, void *input)
{
	struct buf b = { 0 };

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	buf_printf(&b, "Formats:\n");
	for (size_t i = 0; i < import_nr_formats; i++)
		buf_printf(&b, "  %-11s %s\n", import_formats[i].name,
			   import_formats[i].help);
	return b.data;
}

const struct argp argp_import = {
	.options = option_table,
	.parser = parse,
	.args_doc = "LOG",
	.doc = "Make a recording of what kvm_stat or perf kvm stat wrote to the file LOG (-: standard input).\v ",
	.help_filter = help_filter,
};

static int read_log(struct options *o, struct errbuf *err)
{
	bool standard = !strcmp(o->file, "-");
	FILE *f = standard ? stdin : fopen(o->file, "r");
	int rc;

	if (!f)
		return err_set(err, -errno, "%s: %s", o->file, strerror(errno));
	rc = import_read(&o->import, f, standard ? "standard input" : o->file,
			 &o->format, err);
	if (!standard)
		fclose(f);
	return rc;
}

static void say(const struct options *o, const char *unknown, uint64_t exits)
{
	char n[COUNT_TEXT_LEN];

	if (*unknown)
		warnx("no reason is called so, kept under these names: %s",
		      unknown);
	if (o->import.negative)
		warnx("%llu counts below 0 are taken for 0: a VM had ended",
		      (unsigned long long)o->import.negative);
	if (o->import.lost)
		warnx("%s says that %llu events were lost", o->file,
		      (unsigned long long)o->import.lost);
	warnx("%s: %s exits in %zu interval(s), from %s", o->output,
	      fmt_count(n, exits), o->import.nr_ends - 1, o->format->name);
}

static int import(struct options *o)
{
	struct buf unknown = { 0 };
	struct errbuf err;
	uint64_t exits = 0;
	int rc = read_log(o, &err);

	for (size_t i = 0; i < o->import.nr_counts; i++)
		exits += o->import.counts[i].n;
	if (!rc)
		rc = import_write(&o->import, o->file, o->format, o->output,
				  o->force, &unknown, &err);
	if (rc)
		cmd_fail(&err);
	else
		say(o, unknown.data ? unknown.data : "", exits);
	buf_free(&unknown);
	return rc ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

int cmd_import(int argc, char **argv)
{
	struct options o = { 0 };
	char *name = NULL;
	int code;

	if (argp_parse(&argp_import, argc, argv, 0, NULL, &o))
		return EXIT_CODE_USAGE;
	if (!o.output)
		o.output = name = xasprintf("%s.exitstat", o.file);
	code = import(&o);
	import_free(&o.import);
	free(name);
	return code;
}

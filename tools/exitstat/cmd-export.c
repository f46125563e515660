// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat export: chooses a format and where it goes; the formats are the
 * export-*.c files.
 */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "export.h"
#include "outfile.h"

static const struct format {
	const char *name;
	int (*write)(struct recording *r, FILE *out, struct errbuf *err);
} formats[] = {
	{ "csv", export_csv },
	{ "json", export_json },
};

struct options {
	const char *file;
	const char *output;
	const struct format *format;
};

static const struct argp_option option_table[] = {
	{ "format", 'f', "csv|json", 0, "Format (default: csv)", 0 },
	{ "output", 'o', "FILE", 0, "Write FILE (default: standard output)", 0 },
	{ 0 }
};

static const struct format *find_format(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (!strcmp(name, formats[i].name))
			return &formats[i];
	return NULL;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'f':
		o->format = find_format(arg);
		if (!o->format)
			argp_error(state, "format: %s: need csv or json", arg);
		return 0;
	case 'o':
		o->output = arg;
		return 0;
	default:
		return cmd_one_file(key, arg, state, &o->file);
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.args_doc = "FILE",
	.doc = "Write a recording as CSV (long format) or JSON.",
};

static int write_export(struct recording *r, const struct options *o)
{
	struct outfile out;
	struct errbuf err;

	if (outfile_open(&out, o->output, &err))
		return cmd_fail(&err);
	if (o->format->write(r, out.f, &err)) {
		outfile_abort(&out);
		return cmd_fail(&err);
	}
	return outfile_commit(&out, &err) ? cmd_fail(&err) : EXIT_CODE_OK;
}

int cmd_export(int argc, char **argv)
{
	struct options o = { .format = &formats[0] };
	struct recording r;
	struct errbuf err;
	int code;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return EXIT_CODE_USAGE;
	if (rec_open(&r, o.file, &err))
		return cmd_fail(&err);
	code = write_export(&r, &o);
	rec_close(&r);
	return code;
}

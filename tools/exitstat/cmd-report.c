// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat report: loads a recording and hands its model to one of the two
 * report writers.
 */
#include "cmd.h"
#include "report.h"

struct options {
	const char *file;
	bool json;
};

static const struct argp_option option_table[] = {
	{ "json", 'j', NULL, 0, "For programs: one JSON object", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'j':
		o->json = true;
		return 0;
	default:
		return cmd_one_file(key, arg, state, &o->file);
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.args_doc = "FILE",
	.doc = "Say how many exits a recording has, why and when.",
};

int cmd_report(int argc, char **argv)
{
	struct options o = { 0 };
	struct recording rec;
	struct errbuf err;
	struct model m;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return EXIT_CODE_USAGE;
	if (rec_open(&rec, o.file, &err))
		return cmd_fail(&err);
	if (model_load(&m, &rec, &err)) {
		rec_close(&rec);
		return cmd_fail(&err);
	}
	if (o.json)
		report_json(&m, stdout);
	else
		report_text(&m, stdout);
	model_free(&m);
	rec_close(&rec);
	return EXIT_CODE_OK;
}

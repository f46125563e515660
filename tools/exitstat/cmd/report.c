// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat report: loads a recording and hands its model to the report
 * writers.
 */
#include "cmd/cmd.h"
#include "html/html.h"
#include "lib/plain.h"
#include "model/open.h"
#include "report/report.h"

enum { OPT_NESTED = 0x200, OPT_DETAIL, OPT_HTML };

struct options {
	const char *file;
	const char *html;	/* NULL: to standard output, as text */
	bool json, nested, detail;
};

static const struct argp_option option_table[] = {
	{ "json", 'j', NULL, 0, "For programs: one JSON object", 0 },
	{ "nested", OPT_NESTED, NULL, 0,
	  "Exits of a guest inside the guest (L2), and what they cost", 0 },
	{ "detail", OPT_DETAIL, NULL, 0,
	  "Which ports, MSRs, CPUID leaves, pages, ...", 0 },
	{ "html", OPT_HTML, "PAGE", 0,
	  "Instead, write a page for a browser: one file, which loads nothing", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'j':
		o->json = true;
		return 0;
	case OPT_NESTED:
		o->nested = true;
		return 0;
	case OPT_DETAIL:
		o->detail = true;
		return 0;
	case OPT_HTML:
		o->html = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->html && (o->json || o->nested || o->detail))
			argp_error(state,
				   "--html has everything: without --json, --nested and --detail");
		if (o->file && o->json && (o->nested || o->detail))
			argp_error(state,
				   "--json has everything: without --nested and --detail");
		return cmd_one_file(key, arg, state, &o->file);
	default:
		return cmd_one_file(key, arg, state, &o->file);
	}
}

const struct argp argp_report = {
	.options = option_table,
	.parser = parse,
	.args_doc = "FILE",
	.doc = "Say how many exits a recording has, why and when.",
};

static int write_html(const void *arg, FILE *out, struct errbuf *err)
{
	return report_html(*(struct model *const *)arg, out, err);
}

static int print_words(const struct model *m, const struct options *o,
		       FILE *out)
{
	struct errbuf err;

	if (o->nested && report_nested(m, out, &err))
		return cmd_fail(&err);
	if (o->nested && o->detail)
		fprintf(out, "\n");
	if (o->detail && report_detail(m, out, &err))
		return cmd_fail(&err);
	if (!o->nested && !o->detail)
		report_text(m, out);
	return EXIT_CODE_OK;
}

static int print(const struct model *m, const struct options *o)
{
	struct plain text;
	struct errbuf err;
	int code;

	if (o->html)
		return cmd_draw(o->html, write_html, &m, &err) ?
		       cmd_fail(&err) : EXIT_CODE_OK;
	if (o->json) {
		report_json(m, stdout);
		return EXIT_CODE_OK;
	}
	code = print_words(m, o, plain_begin(&text));
	plain_end(&text);
	return code;
}

int cmd_report(int argc, char **argv)
{
	struct options o = { 0 };
	struct model_need need = { 0 };
	struct recording rec;
	struct errbuf err;
	struct model m;
	int code;

	if (argp_parse(&argp_report, argc, argv, 0, NULL, &o))
		return EXIT_CODE_USAGE;
	if (o.html)
		need.latency_cols = HTML_LATENCY_COLS;
	if (model_open(&m, &rec, o.file, &need, &err))
		return cmd_fail(&err);
	code = print(&m, &o);
	model_close(&m);
	return code;
}

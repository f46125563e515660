// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat report: loads a recording and passes its model to a writer of
 * reports.
 */
#include "cmd/cmd.h"
#include "cmd/usage.h"
#include "html/html.h"
#include "lib/plain.h"
#include "model/open.h"
#include "report/report.h"

struct options {
	const char *file;
	const char *html;	/* NULL: text on standard output */
	bool json, nested, detail;
};

static const struct option_row rows[] = {
	CMD_ONE_FILE("FILE"),
	CMD_JSON_OPTION,
	{ "nested", 0, NULL, OPT_FLAG(nested),
	  "show exits of guests inside the guest (L2) and their cost" },
	{ "detail", 0, NULL, OPT_FLAG(detail),
	  "show exits by port, MSR, CPUID leaf, page, ..." },
	{ "html", 0, "PAGE", OPT_TEXT(html),
	  "instead, write an HTML page: one file, which loads nothing" },
	{ 0 }
};

static void finish(void *options)
{
	const struct options *o = options;

	if (o->html && (o->json || o->nested || o->detail))
		usage_error("--html contains everything: it excludes --json, --nested and --detail");
	if (o->file && o->json && (o->nested || o->detail))
		usage_error("--json contains everything: it excludes --nested and --detail");
}

static int write_html(const void *arg, FILE *out, struct errbuf *err)
{
	return report_html(*(struct model *const *)arg, out, err);
}

static int print_words(const struct model *m, const struct options *o,
		       FILE *out, struct errbuf *err)
{
	int rc = o->nested ? report_nested(m, out, err) : 0;

	if (rc)
		return rc;
	if (o->nested && o->detail)
		fprintf(out, "\n");
	if (o->detail)
		return report_detail(m, !plain_has_utf8(), out, err);
	if (!o->nested)
		report_text(m, out);
	return 0;
}

static int print(void *arg, const struct model *m, struct errbuf *err)
{
	const struct options *o = arg;
	struct plain text;
	int rc;

	if (o->html)
		return cmd_draw(o->html, write_html, &m, err);
	if (o->json) {
		report_json(m, stdout);
		return 0;
	}
	rc = print_words(m, o, plain_begin(&text), err);
	plain_end(&text);
	return rc;
}

static int run(void *arg)
{
	const struct options *o = arg;
	const struct model_need need = {
		.latency_cols = o->html ? HTML_LATENCY_COLS : 0,
	};
	struct errbuf err;

	return cmd_model(o->file, &need, print, arg, &err) ? cmd_fail(&err) :
							     EXIT_CODE_OK;
}

const struct command cmd_report = {
	.name = "report",
	.help = "summarise a recording: how many exits, why and when",
	.usage = "FILE",
	.doc = "Summarise a recording: how many exits, for which reasons, and when.",
	.rows = rows,
	.finish = finish,
	.size = sizeof(struct options),
	.run = run,
};

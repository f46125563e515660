// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat report --html: the report of one recording as a page. Its numbers
 * are those of report -j, in brief: the page has no cells, and of each reason's
 * details the most frequent values, and how many more there were.
 */
#include <stdlib.h>

#include "html/html.h"
#include "plot/plot.h"
#include "report/report.h"

#define SERIES_ROOM	(600 * 1024)
#define MAX_VALUES	100	/* of a reason */

static char *make_text(const struct model *m)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	report_text(m, f);
	fclose(f);
	return text;
}

int report_html(const struct model *m, FILE *out, struct errbuf *err)
{
	struct html_page page;
	char title[256], *text;
	json_t *cut;
	int rc;

	plot_title(m, PLOT_EXITS, title, sizeof(title));
	text = make_text(m);
	page = (struct html_page){ .title = title, .text = text };
	cut = json_array();
	page.facts = report_json_brief(m, MAX_VALUES, cut);
	page.extra = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}",
			       "kind", "report", "version", EXITSTAT_VERSION,
			       "detail_cut", cut,
			       "recording", html_recording(m),
			       "reasons", html_reasons(m),
			       "series", html_series(m, SERIES_ROOM),
			       "heat", html_heat(m));
	rc = html_write(&page, out, err);
	json_decref(page.facts);
	json_decref(page.extra);
	free(text);
	return rc;
}

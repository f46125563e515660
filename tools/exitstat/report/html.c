// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat report --html: the report of one recording as a page. Its data is a
 * part of report -j: without cells, and with only the most frequent details of
 * each reason.
 */
#include "html/html.h"
#include "plot/plot.h"
#include "report/report.h"

#define SERIES_ROOM	(600 * 1024)
#define MAX_VALUES	100	/* details per reason */

static void write_text(const void *m, FILE *out)
{
	report_text(m, out);
}

int report_html(const struct model *m, FILE *out, struct errbuf *err)
{
	char title[256];
	json_t *cut = json_array();
	struct html_page page = {
		.title = title, .text = write_text, .arg = m,
		.facts = report_json_brief(m, MAX_VALUES, cut),
	};

	plot_title(m, PLOT_EXITS, title, sizeof(title));
	page.extra = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}",
			       "kind", "report", "version", EXITSTAT_VERSION,
			       "detail_cut", cut,
			       "recording", html_recording(m),
			       "reasons", html_reasons(m),
			       "series", html_series(m, SERIES_ROOM),
			       "heat", html_heat(m));
	return html_write(&page, out, err);
}

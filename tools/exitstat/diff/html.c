// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat diff --html: a comparison as a page, with the rates of A and B side by
 * side. The page contains the output of diff -j.
 */
#include "diff/report.h"
#include "html/html.h"
#include "lib/json-text.h"

#define SERIES_ROOM	(220 * 1024)	/* per side */

static json_t *side(const struct diff *d, enum diff_which which)
{
	size_t run;
	const struct model *m = diff_nearest(d, which, &run);

	return json_pack("{s:I, s:I, s:o, s:o, s:o, s:o}",
			 "run", (json_int_t)run,
			 "runs", (json_int_t)d->side[which].nr_runs,
			 "recording", html_recording(m),
			 "phases", html_phases(m),
			 "reasons", html_reasons(m),
			 "series", html_series(m, SERIES_ROOM));
}

static void write_text(const void *d, FILE *out)
{
	const struct diff_view view = { .top = SIZE_MAX };

	diff_text(d, &view, out);
}

int diff_html(const struct diff *d, FILE *out, struct errbuf *err)
{
	struct buf title = { 0 };
	struct html_page page = { .text = write_text, .arg = d,
				  .facts = diff_json_make(d) };
	int rc;

	diff_headline(d, &d->whole, &title);
	page.title = title.data;
	page.extra = json_pack("{s:s, s:s, s:o, s:o}", "kind", "diff",
			       "version", EXITSTAT_VERSION,
			       "a", side(d, DIFF_A), "b", side(d, DIFF_B));
	rc = html_write(&page, out, err);
	buf_free(&title);
	return rc;
}

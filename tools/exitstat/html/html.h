/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HTML pages: one self-contained file that loads nothing.
 *
 * A page is a template (html/assets and uPlot, joined by the build) and two JSON
 * objects: the output of -j, and further data for the page's script. Text from a
 * recording is escaped here.
 */
#ifndef EXITSTAT_HTML_H
#define EXITSTAT_HTML_H

#include <jansson.h>
#include <stdio.h>

#include "model/model.h"

struct html_page {
	const char *title;
	/* writes the text report */
	void (*text)(const void *arg, FILE *out);
	const void *arg;
	json_t *facts;
	json_t *extra;
};

/*
 * page.c: write a page; frees the JSON. Returns 0, or -ENOTSUP in a build without
 * uPlot.
 */
int html_write(const struct html_page *page, FILE *out, struct errbuf *err);

/* series.c: rates over time, thinned to about @room bytes of JSON */
json_t *html_series(const struct model *m, size_t room);
/* heat.c: handler times over time; null without */
#define HTML_LATENCY_COLS	240	/* for model_load_latency() */
json_t *html_heat(const struct model *m);
/* model.c: metadata of a recording, its phases, and explanations of its reasons */
json_t *html_recording(const struct model *m);
json_t *html_phases(const struct model *m);
json_t *html_reasons(const struct model *m);

#endif

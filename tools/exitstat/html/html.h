/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages for a browser: one file with everything in it, which loads nothing.
 *
 * A page is a template (html/, with uPlot put in by the build) and two JSON
 * objects: what the command says to programs (-j), and what else the page's
 * script draws. Nothing of a recording becomes HTML but by escaping it here.
 */
#ifndef EXITSTAT_HTML_H
#define EXITSTAT_HTML_H

#include <jansson.h>
#include <stdio.h>

#include "model/model.h"

struct html_page {
	const char *title;
	/* writes what the command prints for people */
	void (*text)(const void *arg, FILE *out);
	const void *arg;
	json_t *facts;
	json_t *extra;
};

/*
 * page.c: frees the JSON. 0, or -ENOTSUP in a tool that was built without
 * uPlot.
 */
int html_write(const struct html_page *page, FILE *out, struct errbuf *err);

/* series.c: rates over time, thinned to about @room bytes of JSON */
json_t *html_series(const struct model *m, size_t room);
/* heat.c: handler times over time; null where there are none */
#define HTML_LATENCY_COLS	240	/* of model_load_latency() */
json_t *html_heat(const struct model *m);
/* model.c: what a recording says about itself, and of its reasons */
json_t *html_recording(const struct model *m);
json_t *html_phases(const struct model *m);
json_t *html_reasons(const struct model *m);

#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat report --html: the report of one recording as a page. Its numbers
 * are those of report -j, which is in the page as it is, but for details: of
 * each reason the most frequent values, and how many more there were.
 */
#include <stdlib.h>

#include "exits/detail-names.h"
#include "html/html.h"
#include "lib/json-text.h"
#include "plot/plot.h"
#include "report/report.h"

#define SERIES_ROOM	(600 * 1024)
#define MAX_VALUES	100	/* of a reason */

struct details {
	json_t *kept;		/* of report -j's, in the same form */
	json_t *text;		/* of each, as people write the value */
	json_t *cut;		/* by reason: what is not there */
};

static void put_cut(struct details *d, const char *reason, size_t nr,
		    uint64_t exits)
{
	if (nr)
		json_array_append_new(d->cut, json_pack("{s:o, s:I, s:I}",
			"reason", json_text(reason), "values", (json_int_t)nr,
			"exits", (json_int_t)exits));
}

static void keep(struct details *d, const struct model_value *v,
		 const char *reason, json_t *row)
{
	char text[48];

	detail_value_text(reason, v->value, text, sizeof(text));
	json_array_append(d->kept, row);
	json_array_append_new(d->text, v->other ? json_null() :
						  json_text(text));
}

/* @list has a row for each of the model's values, which are by reason. */
static void cut_details(const struct model *m, json_t *list, struct details *d)
{
	const struct model_groups *g = &m->groups;
	size_t shown = 0, nr = 0;
	uint64_t exits = 0;

	for (size_t i = 0; i < g->nr_values; i++) {
		const struct model_value *v = &g->values[i];
		const char *reason = m->rec->reasons[v->reason].name;
		bool last = i + 1 == g->nr_values || v[1].reason != v->reason;

		if (v->other || shown++ < MAX_VALUES) {
			keep(d, v, reason, json_array_get(list, i));
		} else {
			nr++;
			exits += v->count;
		}
		if (!last)
			continue;
		put_cut(d, reason, nr, exits);
		shown = nr = 0;
		exits = 0;
	}
}

static json_t *make_facts(const struct model *m, json_t *extra)
{
	struct details d = { json_array(), json_array(), json_array() };
	json_t *facts = report_json_make(m);

	cut_details(m, json_object_get(facts, "details"), &d);
	if (m->groups.nr_values)
		json_object_set(facts, "details", d.kept);
	json_decref(d.kept);
	json_object_set_new(extra, "detail_text", d.text);
	json_object_set_new(extra, "detail_cut", d.cut);
	return facts;
}

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
	int rc;

	plot_title(m, PLOT_EXITS, title, sizeof(title));
	text = make_text(m);
	page = (struct html_page){ .title = title, .text = text };
	page.extra = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}",
			       "kind", "report", "version", EXITSTAT_VERSION,
			       "recording", html_recording(m),
			       "reasons", html_reasons(m),
			       "series", html_series(m, SERIES_ROOM),
			       "heat", html_heat(m));
	page.facts = make_facts(m, page.extra);
	rc = html_write(&page, out, err);
	json_decref(page.facts);
	json_decref(page.extra);
	free(text);
	return rc;
}

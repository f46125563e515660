// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handler times over time for a page: a grid of columns and buckets for each of
 * the most expensive reasons. Only cells with exits are written.
 */
#include "model/latency.h"
#include "model/groups.h"
#include "html/html.h"
#include "lib/json-text.h"

#define MAX_REASONS	8

/* [bucket, exits, bucket, exits, ...] */
static json_t *column(const struct model_cell *c)
{
	json_t *a = json_array();

	for (int b = 0; b < REC_NR_BUCKETS; b++) {
		uint64_t n = model_bucket(c, b);

		if (!n)
			continue;
		json_array_append_new(a, json_integer(b));
		json_array_append_new(a, json_integer((json_int_t)n));
	}
	return a;
}

static json_t *map(const struct model *m, size_t reason)
{
	const struct model_reason *r = &m->reasons[reason];
	json_t *cols = json_array();

	for (size_t c = 0; c < m->latency.nr_cols; c++)
		json_array_append_new(cols,
				      column(model_latency_at(m, c, reason)));
	return json_pack("{s:o, s:I, s:I, s:o, s:o}",
			 "reason", json_text(r->name),
			 "p50_ns", (json_int_t)model_percentile_ns(&m->groups,
								   r->sum, 0.5),
			 "p99_ns", (json_int_t)model_percentile_ns(&m->groups,
								   r->sum, 0.99),
			 "max_ns", json_count(r->sum->max_ns ?
					      (int64_t)r->sum->max_ns : -1),
			 "columns", cols);
}

static json_t *ends(const struct model *m)
{
	size_t nr = m->latency.nr_cols;
	json_t *a = json_array();

	for (size_t c = 0; c < nr; c++) {
		size_t next = bins_first(&m->bins, nr, c + 1);

		json_array_append_new(a, json_real((double)
				      m->bins.points[next - 1].end_ns / 1e9));
	}
	return a;
}

/* Lower bound of each bucket, and of the one after the last. */
static json_t *scale(const struct model_heat *h, const struct model *m)
{
	json_t *a = json_array();

	for (int b = h->lowest; b <= h->highest + 1; b++)
		json_array_append_new(a, json_real(model_bucket_ns(&m->groups,
								   b)));
	return a;
}

json_t *html_heat(const struct model *m)
{
	json_t *maps = json_array(), *heat = json_null();
	struct model_heat h;

	model_heat_make(&h, m, m->groups.has_histogram ? MAX_REASONS : 0);
	for (size_t i = 0; i < h.nr; i++)
		json_array_append_new(maps, map(m, h.reasons[i]));
	if (h.nr)
		heat = json_pack("{s:i, s:f, s:o, s:o, s:O}",
				 "lowest", h.lowest, "most", (double)h.most,
				 "bucket_ns", scale(&h, m), "end_s", ends(m),
				 "maps", maps);
	json_decref(maps);
	model_heat_free(&h);
	return heat;
}

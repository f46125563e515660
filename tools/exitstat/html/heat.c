// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handler times over time for a page: of each of the dearest reasons a grid of
 * columns and buckets, of which only the cells with exits are written.
 */
#include <math.h>

#include "html/html.h"
#include "lib/json-text.h"
#include "model/latency.h"

#define MAX_REASONS	8
#define MAX_COLS	240

/* [bucket, exits, bucket, exits, ...] */
static json_t *column(const struct model_latency *l, size_t map, size_t col)
{
	const double *n = &l->n[(map * l->nr_cols + col) * REC_NR_BUCKETS];
	json_t *a = json_array();

	for (int b = l->lowest; b <= l->highest; b++) {
		if (n[b] <= 0)
			continue;
		json_array_append_new(a, json_integer(b));
		json_array_append_new(a, json_integer(llround(n[b])));
	}
	return a;
}

static json_t *map(const struct model_latency *l, const struct model *m,
		   size_t i)
{
	json_t *cols = json_array();
	char name[64];

	for (size_t c = 0; c < l->nr_cols; c++)
		json_array_append_new(cols, column(l, i, c));
	model_reason_name(&m->rec->reasons[l->reasons[i]], name, sizeof(name));
	return json_pack("{s:o, s:o}", "reason", json_text(name),
			 "columns", cols);
}

static json_t *ends(const struct model_latency *l, const struct model *m)
{
	json_t *a = json_array();

	for (size_t c = 0; c < l->nr_cols; c++) {
		size_t next = bins_first(&m->bins, l->nr_cols, c + 1);

		json_array_append_new(a, json_real((double)
				      m->bins.points[next - 1].end_ns / 1e9));
	}
	return a;
}

/* The least time of each bucket, and of the one behind the last. */
static json_t *scale(const struct model_latency *l, const struct model *m)
{
	json_t *a = json_array();

	for (int b = l->lowest; b <= l->highest + 1; b++)
		json_array_append_new(a, json_real(model_bucket_ns(&m->groups,
								   b)));
	return a;
}

int html_heat(struct model *m, json_t **heat, struct errbuf *err)
{
	json_t *maps = json_array();
	struct model_latency l;
	int rc = 0;

	*heat = json_null();
	if (!m->groups.has_histogram)
		goto out;
	rc = model_latency_load(&l, m, MAX_REASONS, MAX_COLS, err);
	for (size_t i = 0; i < l.nr && !rc; i++)
		json_array_append_new(maps, map(&l, m, i));
	if (!rc && l.nr)
		*heat = json_pack("{s:i, s:f, s:o, s:o, s:O}",
				  "lowest", l.lowest, "most", l.most,
				  "bucket_ns", scale(&l, m),
				  "end_s", ends(&l, m), "maps", maps);
	model_latency_free(&l);
out:
	json_decref(maps);
	return rc;
}

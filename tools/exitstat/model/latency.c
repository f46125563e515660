// SPDX-License-Identifier: GPL-2.0-only
/* Implements latency.h. */
#include <stdlib.h>
#include <string.h>

#include "model/latency.h"
#include "model/model.h"

static struct model_key key_of(size_t col, size_t reason)
{
	return (struct model_key) {
		.vm = MODEL_ALL, .vcpu = MODEL_ALL, .phase = (int32_t)col,
		.reason = (int32_t)reason,
	};
}

void model_latency_add(struct model *m, size_t sample, size_t reason,
		       int bucket, uint64_t count)
{
	struct model_latency *l = &m->latency;
	size_t col;

	if (!l->nr_cols)
		return;
	col = bins_column(&m->bins, l->nr_cols, m->bins.point_of[sample]);
	model_cell_add_bucket(model_cells_at(&l->cells, key_of(col, reason)),
			      bucket, count);
}

const struct model_cell *model_latency_at(const struct model *m, size_t col,
					  size_t reason)
{
	return model_cells_find(&m->latency.cells, key_of(col, reason));
}

static void include(struct model_heat *h, const struct model_cell *c)
{
	int last = c->first_bucket + c->nr_buckets - 1;

	if (!c->nr_buckets)
		return;
	for (int b = c->first_bucket; b <= last; b++)
		if (model_bucket(c, b) > h->most)
			h->most = model_bucket(c, b);
	if (c->first_bucket < h->lowest)
		h->lowest = c->first_bucket;
	if (last > h->highest)
		h->highest = last;
}

void model_heat_make(struct model_heat *h, const struct model *m,
		     size_t nr_reasons)
{
	const struct model_groups *g = &m->groups;

	memset(h, 0, sizeof(*h));
	h->lowest = REC_NR_BUCKETS - 1;
	h->reasons = xcalloc(nr_reasons, sizeof(*h->reasons));
	for (size_t i = 0; i < m->rec->nr_reasons && h->nr < nr_reasons; i++)
		if (model_timed(m->reasons[g->order[i]].sum))
			h->reasons[h->nr++] = g->order[i];
	for (size_t i = 0; i < h->nr; i++)
		for (size_t c = 0; c < m->latency.nr_cols; c++)
			include(h, model_latency_at(m, c, h->reasons[i]));
}

void model_heat_free(struct model_heat *h)
{
	free(h->reasons);
	memset(h, 0, sizeof(*h));
}

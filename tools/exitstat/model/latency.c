// SPDX-License-Identifier: GPL-2.0-only
/* Implements latency.h: one more pass over the histograms. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/latency.h"

/* What add_cell() needs. */
struct latency_load {
	struct model_latency *l;
	const struct model *m;
};

static int add_cell(void *arg, const int64_t *n)
{
	struct latency_load *load = arg;
	struct model_latency *l = load->l;
	const struct bins *bins = &load->m->bins;
	size_t col = bins_column(bins, l->nr_cols, bins->point_of[n[0]]);

	for (size_t i = 0; i < l->nr; i++) {
		double *cell = &l->n[(i * l->nr_cols + col) * REC_NR_BUCKETS +
				     (size_t)n[3]];

		if (l->reasons[i] != (size_t)n[2])
			continue;
		*cell += (double)n[4];
		l->most = fmax(l->most, *cell);
		if (n[3] < l->lowest)
			l->lowest = (int)n[3];
		if (n[3] > l->highest)
			l->highest = (int)n[3];
	}
	return 0;
}

int model_latency_load(struct model_latency *l, struct model *m,
		       size_t nr_reasons, size_t max_cols, struct errbuf *err)
{
	const struct model_groups *g = &m->groups;
	struct latency_load load = { l, m };

	memset(l, 0, sizeof(*l));
	l->lowest = REC_NR_BUCKETS - 1;
	l->nr_cols = m->bins.nr < max_cols ? m->bins.nr : max_cols;
	l->reasons = xcalloc(nr_reasons, sizeof(*l->reasons));
	for (size_t i = 0; i < m->rec->nr_reasons && l->nr < nr_reasons; i++)
		if (model_timed(m->reasons[g->order[i]].sum))
			l->reasons[l->nr++] = g->order[i];
	l->n = xcalloc(l->nr * l->nr_cols, REC_NR_BUCKETS * sizeof(*l->n));
	return rec_for_each_row(m->rec, REC_HISTOGRAM, add_cell, &load, err);
}

void model_latency_free(struct model_latency *l)
{
	free(l->reasons);
	free(l->n);
}

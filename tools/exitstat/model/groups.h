/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The groups of a recording other than count: times and handler times, which are in
 * the cells, and details. Part of the model; pure arithmetic.
 */
#ifndef EXITSTAT_MODEL_GROUPS_H
#define EXITSTAT_MODEL_GROUPS_H

#include "model/model.h"

int model_groups_load(struct model *m, struct errbuf *err);
/* The indices of @n, sorted from the largest; the caller frees them. */
size_t *model_most_first(uint64_t *n, size_t nr);
/* Call after the cells are summed up. */
void model_rank_costs(struct model *m);
void model_groups_free(struct model_groups *g);

/* Returns 0, or -ENODATA with a message if the recording has no times. */
int model_need_time(const struct model *m, struct errbuf *err);

/* The handler time that @share (0 to 1) of the exits do not exceed, interpolated. */
uint64_t model_percentile_ns(const struct model_groups *g,
			     const struct model_cell *c, double share);
/* The least handler time of bucket @b. */
double model_bucket_ns(const struct model_groups *g, int b);

#endif

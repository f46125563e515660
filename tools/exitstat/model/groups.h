/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a recording has beyond counts: time and handler times, which are in the
 * cells, and details. Like the model of which it is a part, pure arithmetic.
 */
#ifndef EXITSTAT_MODEL_GROUPS_H
#define EXITSTAT_MODEL_GROUPS_H

#include "model/cells.h"

/* Details are of the whole recording: they have no phase. */
struct model_value {
	size_t reason;
	uint64_t value;
	bool other;			/* all values without a place */
	uint64_t count;
};

struct model_groups {
	bool has_time, has_histogram;
	uint64_t tsc_khz;
	size_t *order;			/* of reasons, most expensive first */
	size_t nr_costs;		/* of them with any time */
	struct model_value *values;	/* by reason, most frequent first */
	size_t nr_values, cap_values;
};

struct model;

int model_groups_load(struct model *m, struct errbuf *err);
/* Once the cells are added up. */
void model_rank_costs(struct model *m);
void model_groups_free(struct model_groups *g);

/* 0, or -ENODATA with a line in @err: there are no times of this run. */
int model_need_time(const struct model *m, struct errbuf *err);

/* Handler time that @share (0 to 1) of the exits do not exceed, interpolated. */
uint64_t model_percentile_ns(const struct model_groups *g,
			     const struct model_cell *c, double share);
/* The least handler time of bucket @b. */
double model_bucket_ns(const struct model_groups *g, int b);

#endif

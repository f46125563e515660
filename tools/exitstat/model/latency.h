/* SPDX-License-Identifier: GPL-2.0-only */
/* Handler times over time: the number of exits by reason, duration and time. */
#ifndef EXITSTAT_MODEL_LATENCY_H
#define EXITSTAT_MODEL_LATENCY_H

#include "model/model.h"

/* For the loader: adds exits of a sample to a bucket. */
void model_latency_add(struct model *m, size_t sample, size_t reason,
		       int bucket, uint64_t count);
/* The cell of one column and reason: see model_bucket(). */
const struct model_cell *model_latency_at(const struct model *m, size_t col,
					  size_t reason);

/* The data of the chart: the most expensive reasons. */
struct model_heat {
	size_t *reasons;
	size_t nr;
	uint64_t most;		/* largest count in a bucket of a column */
	int lowest, highest;	/* buckets with exits */
};

void model_heat_make(struct model_heat *h, const struct model *m,
		     size_t nr_reasons);
void model_heat_free(struct model_heat *h);

#endif

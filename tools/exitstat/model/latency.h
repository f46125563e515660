/* SPDX-License-Identifier: GPL-2.0-only */
/* Handler times over time, of the reasons with the most cost. */
#ifndef EXITSTAT_MODEL_LATENCY_H
#define EXITSTAT_MODEL_LATENCY_H

#include "model/model.h"

struct model_latency {
	size_t *reasons;
	size_t nr;
	size_t nr_cols;			/* of points, see bins_first() */
	double *n;	/* [(reason * nr_cols + col) * REC_NR_BUCKETS + bucket] */
	double most;			/* in one cell */
	int lowest, highest;		/* buckets with any */
};

int model_latency_load(struct model_latency *l, struct model *m,
		       size_t nr_reasons, size_t max_cols,
		       struct errbuf *err);
void model_latency_free(struct model_latency *l);

#endif

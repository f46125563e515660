/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes the model of a recording. */
#ifndef EXITSTAT_MODEL_LOAD_H
#define EXITSTAT_MODEL_LOAD_H

#include "model/model.h"

int model_load(struct model *m, struct recording *rec, struct errbuf *err);
/* The same with handler times over time, in up to @max_cols columns. */
int model_load_latency(struct model *m, struct recording *rec, size_t max_cols,
		       struct errbuf *err);
void model_free(struct model *m);

#endif

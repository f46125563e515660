/* SPDX-License-Identifier: GPL-2.0-only */
/* A recording with its model, for commands that work on files. */
#ifndef EXITSTAT_MODEL_OPEN_H
#define EXITSTAT_MODEL_OPEN_H

#include "model/model.h"

/* What the caller needs of a recording; one that lacks it is an error. */
struct model_need {
	const char *to;		/* what for: "plot"; or NULL */
	bool exits;		/* any at all */
	bool complete;		/* it was not interrupted */
	uint32_t group;		/* KES_GROUP_TIME or _HISTOGRAM, or 0 */
	size_t latency_cols;	/* see model_load_latency() */
};

/*
 * Opens @path in summary and loads its model. -errno with one line in @err;
 * neither is open then.
 */
int model_open(struct model *m, struct recording *rec, const char *path,
	       const struct model_need *need, struct errbuf *err);
/* Closes the recording as well. */
void model_close(struct model *m);

#endif

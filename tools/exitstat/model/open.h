/* SPDX-License-Identifier: GPL-2.0-only */
/* Opens a recording with its model, for commands that read files. */
#ifndef EXITSTAT_MODEL_OPEN_H
#define EXITSTAT_MODEL_OPEN_H

#include "model/model.h"

/* The requirements of the caller; a recording that lacks them is an error. */
struct model_need {
	const char *to;		/* purpose, for the message: "plot"; or NULL */
	bool exits;		/* it must have exits */
	bool complete;		/* it must not be interrupted */
	uint32_t group;		/* KES_GROUP_TIME or _HISTOGRAM, or 0 */
	size_t latency_cols;	/* see model_load_latency() */
};

/*
 * Opens @path as a summary and loads its model. Returns 0, or -errno with a message in
 * @err and nothing open.
 */
int model_open(struct model *m, struct recording *rec, const char *path,
	       const struct model_need *need, struct errbuf *err);
/* Frees the model and closes the recording. */
void model_close(struct model *m);

#endif

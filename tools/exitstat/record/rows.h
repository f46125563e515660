/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Turns the changes of a vCPU in an interval (snapshot/delta.h) into rows of a
 * recording, and keeps the row ids of reasons and vCPUs.
 */
#ifndef EXITSTAT_RECORD_ROWS_H
#define EXITSTAT_RECORD_ROWS_H

#include "recording/writer.h"
#include "snapshot/delta.h"

struct rows {
	struct rec_writer *w;	/* for this sample */
	struct delta *delta;
	int64_t sample;
	bool baseline;		/* only take note, record nothing */
	struct errbuf *err;
	int64_t unfilled[DELTA_NR_COUNTS];	/* -1: NULL in this sample, or 0 */
	int64_t vcpu;		/* row id of the one that is stored */
	int64_t *reasons;	/* row ids by index of delta.reasons, or 0 */
	size_t nr_reasons, cap_reasons;
	int64_t nr_reason_rows, nr_vcpu_rows;
	uint64_t exits;		/* exits recorded so far */
	uint64_t backwards;	/* how often the TSC went backwards */
};

/* Starts a sample, after delta_begin(); the first one only sets the starting point. */
void rows_begin(struct rows *r, struct rec_writer *w, int64_t sample,
		struct errbuf *err);
/* Records the changes of a vCPU; @vm: the row id of its VM. */
int rows_vcpu(struct rows *r, int64_t vm, const struct delta_change *c);
/* Records the details, once, from the last snapshot that has this vCPU. */
int rows_details(struct rows *r, const struct delta_vcpu *v);
void rows_free(struct rows *r);

#endif

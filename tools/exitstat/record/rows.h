/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what a vCPU did in an interval (snapshot/delta.h) to the rows of a recording,
 * and which row ids reasons and vCPUs have there.
 */
#ifndef EXITSTAT_RECORD_ROWS_H
#define EXITSTAT_RECORD_ROWS_H

#include "recording/writer.h"
#include "snapshot/delta.h"

struct rows {
	struct rec_writer *w;	/* of this sample */
	struct delta *delta;
	int64_t sample;
	bool baseline;		/* only take note, record nothing */
	struct errbuf *err;
	int64_t vcpu;		/* row id of the one that is stored */
	int64_t *reasons;	/* row ids by index of delta.reasons, or 0 */
	size_t nr_reasons, cap_reasons;
	int64_t nr_reason_rows, nr_vcpu_rows;
	uint64_t exits;		/* recorded so far */
};

/* The changes of a vCPU of the VM whose row id is @vm. */
int rows_vcpu(struct rows *r, int64_t vm, const struct delta_change *c);
/* Once, of the last snapshot that has this vCPU: the details as they are. */
int rows_details(struct rows *r, const struct delta_vcpu *v);
void rows_free(struct rows *r);

#endif

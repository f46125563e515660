/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the kernel's own histogram of kvm:kvm_exit by exit_reason and vcpu_id, which
 * must have been set up in tracefs.
 */
#ifndef EXITSTAT_TRACE_HIST_H
#define EXITSTAT_TRACE_HIST_H

#include "util.h"

/* What to write into events/kvm/kvm_exit/trigger to get one. */
#define TRACE_HIST_TRIGGER	"hist:keys=exit_reason,vcpu_id:size=4096"

struct trace_hist_row {
	uint32_t reason;	/* as in the event: the low 32 bits */
	uint32_t vcpu_id;
	uint64_t count;
};

struct trace_hist {
	struct trace_hist_row *rows;
	size_t nr, cap;
	uint64_t dropped;	/* events without room in the histogram */
};

/*
 * Fills @h, which must be zeroed, from tracefs below @root, or from the file @path if
 * not NULL. Returns 0, -ENOENT if there is no such histogram, or -EPROTO if it cannot
 * be compared; with a message in @err.
 */
int trace_hist_read(struct trace_hist *h, const char *root, const char *path,
		    struct errbuf *err);
void trace_hist_free(struct trace_hist *h);

#endif

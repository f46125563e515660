/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own count of kvm:kvm_exit, a histogram by exit_reason and
 * vcpu_id that somebody has set up in tracefs. Only read here.
 */
#ifndef EXITSTAT_TRACE_HIST_H
#define EXITSTAT_TRACE_HIST_H

#include "util.h"

/* What to write into events/kvm/kvm_exit/trigger to get one. */
#define TRACE_HIST_TRIGGER	"hist:keys=exit_reason,vcpu_id:size=4096"

struct trace_hist_row {
	uint32_t reason;	/* as the event has it: the low 32 bits */
	uint32_t vcpu_id;
	uint64_t count;
};

struct trace_hist {
	struct trace_hist_row *rows;
	size_t nr, cap;
	uint64_t dropped;	/* events that found no room */
};

/*
 * Fills @h, zeroed before, from tracefs below @root; or, as it is, from the file
 * @path if not NULL. -ENOENT: there is no such histogram; -EPROTO: there is, but
 * it cannot be compared with. Both with a line in @err.
 */
int trace_hist_read(struct trace_hist *h, const char *root, const char *path,
		    struct errbuf *err);
void trace_hist_free(struct trace_hist *h);

#endif

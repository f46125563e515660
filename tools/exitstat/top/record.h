/* SPDX-License-Identifier: GPL-2.0-only */
/* Recording while top runs. */
#ifndef EXITSTAT_TOP_RECORD_H
#define EXITSTAT_TOP_RECORD_H

#include "record/session.h"
#include "top/config.h"

struct top_recorder {
	struct session session;
	char file[256];
	bool on;
};

/*
 * Begins a recording, of the VM @vm_id alone if it is not 0. Its first sample
 * is the next one that top_record_sample() gets.
 */
int top_record_begin(struct top_recorder *r, const struct top_config *cfg,
		     uint64_t interval_ns, uint64_t vm_id, struct errbuf *err);
/*
 * What was read of the source. After an error it is over. Harmless when nothing
 * is recorded, as are the others below.
 */
int top_record_sample(struct top_recorder *r, const struct snapshot *snap,
		      uint64_t begin_ns, uint64_t end_ns, uint64_t missed,
		      struct errbuf *err);
/* There is no next sample, for this reason; what there is stays readable. */
int top_record_fail(struct top_recorder *r, int rc, const char *why,
		    struct errbuf *err);
int top_record_end(struct top_recorder *r, struct errbuf *err);

#endif

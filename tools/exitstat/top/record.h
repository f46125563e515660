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
 * Begin a recording, of VM @vm_id only if it is not 0. Its first sample is that of
 * the next top_record_sample(), a whole snapshot.
 */
int top_record_begin(struct top_recorder *r, const struct top_config *cfg,
		     uint64_t interval_ns, uint64_t vm_id, struct errbuf *err);
/*
 * Store a sample; an error ends the recording. Without a recording, this and the
 * functions below do nothing.
 */
int top_record_sample(struct top_recorder *r, const struct snapshot *snap,
		      uint64_t begin_ns, uint64_t end_ns, uint64_t missed,
		      struct errbuf *err);
/* End the recording because of an error; the samples so far stay readable. */
int top_record_fail(struct top_recorder *r, int rc, const char *why,
		    struct errbuf *err);
int top_record_end(struct top_recorder *r, struct errbuf *err);

#endif

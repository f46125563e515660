/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The groups beyond counting, from snapshots to a recording: what time, the
 * histogram and the returns to user space changed since the sample before,
 * and the details as they are at the end. Used by track.c alone.
 */
#ifndef EXITSTAT_TRACK_GROUPS_H
#define EXITSTAT_TRACK_GROUPS_H

#include "recording/writer.h"
#include "snapshot/snapshot.h"

/* What the last snapshot said of one vCPU; zeroed at first. */
struct track_groups {
	struct kes_time_record time;
	struct kes_time_exit *times;
	size_t nr_times, cap_times;
	struct kes_histogram_exit *histograms;
	size_t nr_histograms, cap_histograms;
	struct kes_userspace *users;
	size_t nr_users, cap_users;
};

struct track_groups_pass {
	const struct snapshot *s;
	struct rec_writer *w;
	int64_t sample;
	int64_t vcpu;		/* row id */
	bool baseline;		/* only take note, record nothing */
	/* row id of a reason, which is written if it is new */
	int (*reason)(void *arg, uint64_t code, int64_t *id);
	void *arg;
	struct errbuf *err;
};

int track_groups_sample(const struct track_groups_pass *p,
			struct track_groups *g, const struct snap_vcpu *now);
/* Details only: once, of the last snapshot that has this vCPU. */
int track_groups_finish(const struct track_groups_pass *p,
			const struct snap_vcpu *now);
void track_groups_free(struct track_groups *g);

#endif

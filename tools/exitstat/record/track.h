/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From snapshots, whose counters only grow, to a recording's deltas: which
 * VMs belong to the recording, and what changed since the sample before.
 */
#ifndef EXITSTAT_TRACK_H
#define EXITSTAT_TRACK_H

#include "recording/writer.h"
#include "snapshot/snapshot.h"

struct tracker;

struct track_config {
	const char *root;	/* of /proc, for names of VMs */
	bool all;		/* VMs of others, and from before the start */
	uint64_t vm_id;		/* with all: only this one, or 0 */
	uint64_t since_ns;	/* without all: VMs created from here on ... */
	uint32_t ancestor;	/* ... by this process or its descendants */
	const char *machine;	/* where a VM's process is gone; or NULL */
};

struct tracker *track_new(const struct track_config *config);
void track_free(struct tracker *t);
/* The command has been started: its pid, and the time just before. */
void track_set_command(struct tracker *t, uint32_t pid, uint64_t since_ns);

/*
 * Writes the deltas from the last snapshot to @s as sample @sample. In the
 * first call (@sample 1) living VMs only set their starting point. @s has to
 * stay until the next call.
 */
int track_sample(struct tracker *t, const struct snapshot *s, int64_t sample,
		 struct rec_writer *w, struct errbuf *err);

/* After the last sample: what is recorded once, of the VMs that still live. */
int track_finish(struct tracker *t, struct rec_writer *w, struct errbuf *err);

struct track_sums {
	uint64_t exits;
	size_t vms;		/* recorded */
	size_t vms_left_out;	/* created meanwhile by somebody else */
	size_t vms_vanished;	/* not seen destroyed, and not listed any more */
	uint64_t restarts;	/* vCPUs whose counters began again */
	size_t vms_guessed;	/* too short-lived to look up their parent */
};

struct track_sums track_sums(const struct tracker *t);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Turns snapshots into the deltas of a recording: selects the VMs of the recording and
 * records the changes since the previous sample.
 */
#ifndef EXITSTAT_RECORDER_H
#define EXITSTAT_RECORDER_H

#include "recording/writer.h"
#include "snapshot/snapshot.h"

struct recorder;

struct recorder_config {
	const char *root;	/* of /proc, for names of VMs */
	bool all;		/* include other VMs, and those from before the start */
	uint64_t vm_id;		/* with all: only this VM, or 0 */
	uint64_t since_ns;	/* without all: VMs created from this time on ... */
	uint32_t ancestor;	/* ... by this process or its descendants */
	const char *machine;	/* used if the VM's process has exited; or NULL */
};

struct recorder *recorder_new(const struct recorder_config *config);
void recorder_free(struct recorder *r);
/* Call when the command has started, with its PID and the time just before. */
void recorder_set_command(struct recorder *r, uint32_t pid, uint64_t since_ns);

/*
 * Writes the deltas from the last snapshot to @s as sample @sample. The first call
 * (@sample 1) only sets the starting point of existing VMs. @s must stay valid until
 * the next call.
 */
int recorder_sample(struct recorder *r, const struct snapshot *s,
		    int64_t sample, struct rec_writer *w, struct errbuf *err);

/*
 * The ids of the running VMs in the last sample that are recorded, and whether others
 * run. The list is valid until the next sample.
 */
const uint64_t *recorder_running(const struct recorder *r, size_t *nr,
				 bool *others);

/* Call after the last sample: records the details of existing VMs. */
int recorder_finish(struct recorder *r, struct rec_writer *w,
		    struct errbuf *err);

struct recorder_sums {
	uint64_t exits;
	size_t vms;		/* recorded */
	size_t vms_left_out;	/* created by others during the recording */
	size_t vms_vanished;	/* evicted before their final counts were read */
	uint64_t restarts;	/* counter restarts of vCPUs */
	uint64_t backwards;	/* how often the TSC went backwards */
	uint32_t groups;	/* KES_GROUP_* that were on for a recorded VM */
	size_t vms_guessed;	/* too short-lived to look up their parent */
};

struct recorder_sums recorder_sums(const struct recorder *r);

#endif

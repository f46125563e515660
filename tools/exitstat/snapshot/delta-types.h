/* SPDX-License-Identifier: GPL-2.0-only */
/* What the engine of delta.h remembers of VMs, vCPUs and reasons, and finds out. */
#ifndef EXITSTAT_DELTA_TYPES_H
#define EXITSTAT_DELTA_TYPES_H

#include "snapshot/snapshot.h"

enum delta_count {
	DELTA_L1, DELTA_L2, DELTA_REFLECTED, DELTA_FASTPATH, DELTA_USERSPACE,
	DELTA_NR_COUNTS
};

enum delta_sum {
	DELTA_ATTEMPTS, DELTA_ENTRY_FAILED, DELTA_ENTRY_EMULATED, DELTA_NR_SUMS
};

/* States that are charged to a reason: KES_STATE_* but for KES_STATE_GUEST. */
#define DELTA_NR_STATES	(KES_NR_STATES - 1)

struct delta_list {
	void *data;
	size_t nr, cap;
};

/* What counted on, or is new. reason: an index of delta.reasons. */
struct delta_exit {
	uint64_t code;
	uint32_t reason;
	uint64_t n[DELTA_NR_COUNTS];
};

struct delta_bucket {
	uint64_t code;
	uint32_t reason;
	int bucket;
	uint64_t n;
};

struct delta_user {
	uint32_t reason;	/* KVM_EXIT_* */
	uint64_t n;
};

struct delta_time {
	uint64_t code;
	uint32_t reason;
	uint64_t ns[DELTA_NR_STATES];
	uint64_t max_ns;	/* longest handler time, if a new record; or 0 */
};

/* A value that is listed, whether it counted on or not. */
struct delta_detail {
	const struct kes_detail_value *now;
	uint64_t n;
};

/* A vCPU that is known: its lists are the engine's. */
struct delta_vcpu {
	uint32_t vcpu_id;
	int64_t user;			/* the caller's, 0 at first */
	const struct snap_vcpu *now;	/* when it was seen last */
	uint64_t seen;			/* in which snapshot */
	uint64_t sums[DELTA_NR_SUMS];
	uint64_t unknown_last;
	struct delta_list exits, users;
	uint64_t first_cyc, guest_cyc, elapsed_cyc;
	struct delta_list times, histograms, details;
};

/* A VM that is known. */
struct delta_vm {
	uint64_t vm_id;
	uint64_t created_ns;
	const struct snap_vm *now;	/* NULL: not in this snapshot */
	uint64_t unlisted_ns;		/* since when, or 0 */
	void *user;			/* the caller's, NULL at first */
	struct delta_vcpu *vcpus;	/* in the order in which they came */
	size_t nr, cap, at;
};

/* What delta_vcpu() finds out; the lists are valid until its next call. */
struct delta_change {
	struct delta_vcpu *vcpu;
	size_t index;			/* of the vCPU in its VM */
	const struct snap_vcpu *now;
	bool is_new;			/* the vCPU was never seen before */
	bool restarted;			/* its counters began again */
	bool has_times;
	bool times_restarted;		/* or began */
	uint64_t sums[DELTA_NR_SUMS];
	uint64_t unknown_last;		/* if it is another code now, or 0 */
	uint64_t elapsed_ns;
	uint64_t guest_ns;
	struct delta_list exits;		/* of struct delta_exit ... */
	struct delta_list users;
	struct delta_list times;
	struct delta_list buckets;
	struct delta_list details;
};

struct delta_reason {
	uint32_t isa;
	uint64_t code;
};

struct delta {
	/* set by the caller */
	uint32_t groups;	/* of KES_GROUP_HISTOGRAM, _DETAIL: wanted */
	uint64_t keep_ns;	/* how long one that is not listed is known */
	void (*drop)(void *user);	/* of a VM that is forgotten */
	/* to be read */
	struct kes_header hdr;	/* of the last snapshot */
	uint64_t samples;
	uint64_t restarts;	/* of vCPUs whose counters began again */
	struct delta_reason *reasons;
	size_t nr_reasons;
	struct delta_vm **vms;	/* known, in the order in which they came */
	size_t nr_vms;
	struct delta_vm **listed;	/* for each of snapshot.vms */
	/* the engine's */
	const struct snapshot *s;
	struct delta_change change;
	size_t cap_reasons, cap_vms, cap_listed, next_reason;
	uint32_t pass;
};

#endif

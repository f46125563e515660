/* SPDX-License-Identifier: GPL-2.0-only */
/* State and results of the difference engine of delta.h: VMs, vCPUs and reasons. */
#ifndef EXITSTAT_DELTA_TYPES_H
#define EXITSTAT_DELTA_TYPES_H

#include "snapshot/snapshot.h"

enum delta_count {
	DELTA_L1, DELTA_L2, DELTA_REFLECTED, DELTA_FASTPATH, DELTA_USERSPACE,
	DELTA_NR_COUNTS
};

enum delta_sum {
	DELTA_ATTEMPTS, DELTA_ENTRY_FAILED, DELTA_ENTRY_EMULATED,
	DELTA_BUS_LOCK, DELTA_ENCLAVE, DELTA_FORCED, DELTA_NR_SUMS
};

/* States that are charged to a reason: all KES_STATE_* except KES_STATE_GUEST. */
#define DELTA_NR_STATES	(KES_NR_STATES - 1)

struct delta_list {
	void *data;
	size_t nr, cap;
};

/* A counter that changed or is new. reason: an index of delta.reasons. */
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

/* Exits that L1 received from L2. */
struct delta_nested {
	uint64_t code;		/* that L1 sees */
	uint32_t reason;
	uint64_t n;
};

struct delta_time {
	uint64_t code;
	uint32_t reason;
	uint64_t ns[DELTA_NR_STATES];
	uint64_t max_ns;	/* longest handler time, if a new maximum; or 0 */
};

/* A listed value, changed or not. */
struct delta_detail {
	const struct kes_detail_value *now;
	uint64_t n;
};

/* A known vCPU; its lists belong to the engine. */
struct delta_vcpu {
	uint32_t vcpu_id;
	uint32_t order;			/* 0, or number of older ones with this id */
	int64_t user;			/* for the caller, initially 0 */
	const struct snap_vcpu *now;	/* in the last snapshot that had it */
	uint64_t seen;			/* number of that snapshot */
	uint64_t sums[DELTA_NR_SUMS];
	uint64_t unknown_last;
	struct delta_list exits, users, nested;
	uint64_t backwards;
	uint64_t first_cyc, guest_cyc, elapsed_cyc;
	bool has_times;
	struct kes_time_record time;	/* the last one, if has_times */
	uint64_t charged_cyc;		/* sum of its times */
	struct delta_list times, histograms, details;
};

/* A known VM. */
struct delta_vm {
	uint64_t vm_id;
	uint64_t created_ns;
	const struct snap_vm *now;	/* NULL: not in this snapshot, or evicted */
	uint64_t unlisted_ns;		/* time since which it is not listed, or 0 */
	void *user;			/* for the caller, initially NULL */
	struct delta_vcpu *vcpus;	/* in order of appearance */
	/* internal */
	struct snap_vm last;
	uint64_t seen;			/* number of the snapshot with its last record */
	size_t nr, cap, at;
	size_t nr_timed;		/* vCPUs with times */
	size_t next_record, next_vcpu;	/* of delta_next() */
};

/* The result of delta_vcpu(); the lists are valid until its next call. */
struct delta_change {
	struct delta_vcpu *vcpu;
	size_t index;			/* index of the vCPU in its VM */
	const struct snap_vcpu *now;	/* NULL: only its time went on */
	bool is_new;			/* the vCPU is new */
	bool restarted;			/* its counters restarted */
	bool has_times;
	bool times_restarted;		/* or started */
	uint64_t sums[DELTA_NR_SUMS];
	uint64_t unknown_last;		/* the new code if it changed, or 0 */
	uint64_t elapsed_ns;
	uint64_t guest_ns;
	uint64_t backwards;		/* how often the TSC went backwards */
	struct delta_list exits;		/* of struct delta_exit ... */
	struct delta_list users;
	struct delta_list nested;
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
	uint32_t groups;	/* KES_GROUP_HISTOGRAM and _DETAIL, if needed */
	uint64_t keep_ns;	/* how long an unlisted VM is remembered */
	void (*drop)(void *user);	/* called for a VM that is dropped */
	/* read by the caller */
	struct kes_header hdr;	/* of the last snapshot */
	uint64_t samples;
	uint64_t restarts;	/* counter restarts of vCPUs */
	struct delta_reason *reasons;
	size_t nr_reasons;
	struct delta_vm **vms;	/* known VMs, in order of appearance */
	size_t nr_vms;
	struct delta_vm **listed;	/* VMs of this snapshot, see delta_begin() */
	size_t nr_listed;
	/* internal */
	bool partial;			/* of the last snapshot */
	uint64_t whole;			/* number of the last one that was not */
	const struct snapshot *s;
	struct delta_change change;
	size_t cap_reasons, cap_vms, cap_listed, next_reason;
	uint32_t pass;
};

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The data of exitstat top: for each VM, vCPU, reason and detail, the count,
 * its change in the last interval, and the rates of earlier intervals.
 * Pure: the input is snapshots; a callback supplies names.
 */
#ifndef EXITSTAT_TOP_DATA_H
#define EXITSTAT_TOP_DATA_H

#include "snapshot/delta.h"

#define TOP_HISTORY	32	/* intervals that a trend can show */

enum top_value {
	TOP_EXITS, TOP_L2, TOP_REFLECTED, TOP_FASTPATH, TOP_USERSPACE,
	TOP_RECEIVED,		/* by L1, with this reason */
	/* nanoseconds, in the order of KES_STATE_* */
	TOP_NS_GUEST, TOP_NS_HANDLER, TOP_NS_USERSPACE, TOP_NS_POLLING,
	TOP_NS_BLOCKED, TOP_NS_PREEMPTED, TOP_NS_SLEEPING,
	TOP_NR_VALUES
};

#define TOP_NS_VALUES	(((1u << KES_NR_STATES) - 1) << TOP_NS_GUEST)

struct top_values {
	uint64_t v[TOP_NR_VALUES];
};

/* A reason of a vCPU. */
struct top_cell {
	uint64_t code;
	struct top_values now, delta;
	float rate[TOP_HISTORY];	/* per second; negative: unknown */
};

/* A value of a reason of a vCPU. */
struct top_detail {
	uint64_t code;
	uint64_t value;
	bool other;		/* all values without a place in the table */
	bool at_least;		/* "other" may have exits of this value */
	uint64_t count, delta;
};

struct top_vcpu {
	uint32_t vcpu_id;
	uint32_t order;		/* number of older vCPUs of the VM with this id */
	bool listed;		/* in the last snapshot */
	uint32_t known;		/* values that the source fills: bits by enum top_value */
	int state;		/* KES_STATE_*; -1: unknown */
	bool fresh;		/* deltas cover the last interval */
	uint64_t age;		/* number of snapshots with this vCPU */
	uint64_t sample;	/* number of the last one that had it */
	struct top_values guest_now, guest_delta; /* only TOP_NS_GUEST */
	struct top_cell *cells;
	size_t nr, cap;
	struct top_detail *details;
	size_t nr_details, cap_details;
};

struct top_vm {
	uint64_t vm_id;
	uint64_t created_ns;	/* ids start again when kvm is reloaded */
	uint32_t pid;
	bool destroyed;
	char name[64];
	char uuid[40];		/* "" without one */
	struct top_vcpu *vcpus;
	size_t nr, cap;
};

/* Fills vm->name and vm->uuid, once per VM. */
typedef void (*top_name_fn)(void *arg, const struct snap_vm *from,
			    struct top_vm *vm);

struct top_data {
	top_name_fn name;
	void *arg;
	struct kes_header hdr;	/* of the newest snapshot */
	uint64_t samples;
	uint64_t interval_ns;	/* 0: no deltas yet */
	size_t at;		/* index of the last interval in each rate[] */
	struct delta delta;
	struct top_vm **vms;
	size_t nr, cap;
};

/* False: the snapshot is not newer than the last one and is ignored. */
bool top_data_update(struct top_data *d, const struct snapshot *s);
void top_data_free(struct top_data *d);

#endif

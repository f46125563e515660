/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks and unpacks the kernel's binary snapshot (module/uapi/kvm_exit_stats.h). The
 * bytes are not trusted: they may come from another kernel, a file or a fuzzer.
 */
#ifndef EXITSTAT_SNAPSHOT_H
#define EXITSTAT_SNAPSHOT_H

#include <linux/types.h>

#include "kvm_exit_stats.h"
#include "util.h"

struct snap_vm {
	uint64_t vm_id;
	uint64_t created_ns;
	uint64_t destroyed_ns;	/* 0 while it exists */
	uint32_t pid;
	bool destroyed;
	bool evicted;		/* only in changes: no longer listed */
	uint32_t groups;	/* KES_GROUP_* that are on for this VM */
	uint32_t nr_vcpus;
	size_t first_vcpu;	/* index into snapshot.vcpus */
	char comm[17];
};

/* The data of a vCPU in a group: elements of one of the arrays below. */
struct snap_part {
	bool there;		/* the snapshot has a record */
	size_t first;
	size_t nr;
};

struct snap_vcpu {
	uint64_t vm_id;
	uint32_t vcpu_id;
	uint64_t unknown_last;
	uint64_t attempts;
	uint64_t entry_failed;
	uint64_t entry_emulated;
	uint64_t bus_lock, enclave, forced;	/* with KES_FIELD_MODIFIERS */
	size_t first_exit;	/* index into snapshot.exits, see snap_exits() */
	size_t nr_exits;
	const struct kes_exit *in_place;	/* or NULL */
	struct snap_part users;
	struct snap_part times;
	struct snap_part histograms;
	struct snap_part details;
	struct snap_part nested;
	struct kes_time_record time;	/* if times.there */
};

struct snapshot {
	struct kes_header hdr;
	struct snap_vm *vms;
	size_t nr_vms;
	struct snap_vcpu *vcpus;
	size_t nr_vcpus;
	struct kes_exit *exits;
	size_t nr_exits;
	struct kes_userspace *users;
	size_t nr_users;
	struct kes_time_exit *times;
	size_t nr_times;
	struct kes_histogram_exit *histograms;
	size_t nr_histograms;
	struct kes_detail_value *details;
	size_t nr_details;
	struct kes_nested *nested;
	size_t nr_nested;
	uint64_t evicted;	/* exits of evicted VMs */
	bool stays;		/* the bytes stay valid while this is used */
	/* capacities: a reused snapshot need not allocate */
	size_t cap_vms, cap_vcpus, cap_exits;
	size_t cap_users, cap_times, cap_histograms, cap_details, cap_nested;
};

/*
 * Fills @s (zeroed, or used before) from @len bytes. Returns 0, or -EPROTO with a
 * message in @err; free with snapshot_free() in both cases. Baselines of a reset are
 * checked and skipped.
 */
int snapshot_parse(struct snapshot *s, const void *data, size_t len,
		   struct errbuf *err);
/*
 * The same, but the exits of a vCPU are used in place if possible, to avoid copying
 * most of the snapshot: @data must stay valid while @s is used.
 */
int snapshot_parse_in_place(struct snapshot *s, const void *data, size_t len,
			    struct errbuf *err);
void snapshot_free(struct snapshot *s);

/*
 * Whether it has only what changed since the read before: new and changed VMs, their
 * vCPUs that ran, and of these the exits, times and histograms of reasons that
 * changed. All values are absolute; the other groups of a listed vCPU are complete.
 */
static inline bool snapshot_is_partial(const struct snapshot *s)
{
	return s->hdr.flags & KES_FLAG_CHANGES && s->hdr.since;
}

/* The exits of a vCPU, nr_exits of them. */
static inline const struct kes_exit *snap_exits(const struct snapshot *s,
						const struct snap_vcpu *v)
{
	return v->in_place ? v->in_place : s->exits + v->first_exit;
}

/* The exits of all vCPUs of one VM, in both contexts. */
uint64_t snapshot_vm_exits(const struct snapshot *s, const struct snap_vm *vm);

/* The unaccounted attempts of a vCPU. */
int64_t snapshot_unaccounted(const struct snapshot *s,
			     const struct snap_vcpu *v);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the engine's data.
 *
 * The engine holds the counters of all VMs and vCPUs. It does not depend on
 * KVM's structures: code that handles an exit calls count.h, code that creates
 * or destroys a VM calls life.h. All other files of the engine may include
 * this one, which includes only slots.h of them.
 *
 * Locking: kes_lock (a mutex) guards the lists, the baselines and the sums of
 * evicted VMs. Each counter has a single writer, the vCPU's own thread, and is
 * read without a lock.
 */
#ifndef KES_ENGINE_H
#define KES_ENGINE_H

#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/dcache.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/types.h>

#include <asm/kvm_exit_stats.h>

#include "slots.h"

/* The guest that exited, relative to the KVM that counts. */
enum kes_context {
	KES_L1,
	KES_L2,
	KES_NR_CONTEXTS,
};

/* Counters per reason: all exits, and exits by disposition. */
enum kes_column {
	KES_EXITS,
	KES_FASTPATH,		/* handled by a fastpath, which re-entered */
	KES_USERSPACE,		/* KVM_RUN returned to user space */
	KES_NR_L1_COLUMNS,
	KES_REFLECTED = KES_NR_L1_COLUMNS,	/* ended in an exit to L1 */
	KES_RECEIVED,		/* not a part: received by L1, by its reason */
	KES_NR_L2_COLUMNS,
};

/* KVM_EXIT_* with a counter of their own, plus one for all higher values */
#define KES_NR_KVM_EXITS	44

/* Counters of returns to user space: by KVM_EXIT_*, then by error */
enum kes_return {
	KES_RETURN_ERROR = KES_NR_KVM_EXITS,	/* any error not listed here */
	KES_RETURN_EAGAIN,
	KES_RETURN_EFAULT,
	KES_RETURN_EHWPOISON,
	KES_NR_USERSPACE,
};

/* VM-entry attempts, and those that ended without a VM exit */
struct kes_entries {
	u64 attempts;
	u64 failed;
	u64 emulated;
};

/* A copy of a vCPU's counters, or a sum over several vCPUs */
struct kes_counts {
	u64 l1[KES_NR_L1_COLUMNS][KES_NR_SLOTS];
	u64 l2[KES_NR_L2_COLUMNS][KES_NR_SLOTS];
	u64 userspace[KES_NR_USERSPACE];
	struct kes_entries entries;
	u64 unknown_last;
};

/**
 * struct kes_vcpu - the counters of one vCPU
 *
 * Only the vCPU's own thread writes to the counters.
 *
 * @hot: the part that every exit writes to, NULL once KVM's vCPU is destroyed;
 *	kes_lock
 * @unknown_last: the last raw code that was counted in KES_SLOT_UNKNOWN
 * @entries: @entries.attempts is copied from @hot when @hot is removed
 * @l1: counts by column and slot
 * @l2: the same for nested guests, allocated when the vCPU enables VMX or SVM
 * @userspace: returns to user space by KVM_EXIT_* and enum kes_return
 * @time: NULL while time is off
 * @detail: NULL while detail is off
 * @base: the counts at the last reset, NULL if there was none; kes_lock
 * @node: node in the list of @vm; kes_lock
 * @vm: the VM of this vCPU; holds a reference until KVM's vCPU is destroyed
 * @id: as passed to KVM_CREATE_VCPU
 * @dentry: its debugfs file
 */
struct kes_vcpu {
	struct kes_hot *hot;
	u64 unknown_last;
	struct kes_entries entries;
	u64 l1[KES_NR_L1_COLUMNS][KES_NR_SLOTS];
	u64 (*l2)[KES_NR_SLOTS];
	u64 userspace[KES_NR_USERSPACE];
	struct kes_time *time;
	struct kes_detail *detail;
	struct kes_counts *base;
	struct list_head node;
	struct kes_vm *vm;
	u32 id;
	struct dentry *dentry;
};

static_assert(sizeof(struct kes_vcpu) <= 4096, "one page per vCPU");

/**
 * struct kes_vm - one VM, running or destroyed
 * @ref: held by the list of all VMs and by each vCPU that KVM still has
 * @node: node in the list of all VMs; kes_lock
 * @vcpus: in the order of creation; kes_lock
 * @dir: its debugfs directory
 * @destroyed_ns: 0 while the VM exists in KVM
 */
struct kes_vm {
	struct kref ref;
	struct list_head node;
	struct list_head vcpus;
	struct dentry *dir;
	u64 id;
	u64 created_ns;
	u64 destroyed_ns;
	u32 nr_vcpus;
	u32 pid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct kes_feed - the code that calls the engine: a patched KVM or the
 * module
 * @source: KES_SOURCE_*
 * @fields: KES_FIELD_* that it can fill
 * @switch_group: called before a group is switched on and after it was switched
 *	off, under kes_lock; NULL if there is nothing to switch
 * @sync: called before the engine's lists are read, without kes_lock; adds and
 *	removes pending VMs and vCPUs. NULL if there are never pending ones
 */
struct kes_feed {
	u32 source;
	u64 fields;
	int (*switch_group)(u32 group, bool on);
	void (*sync)(void);
};

/**
 * struct kes_state - the engine's own data, one instance
 * @vms: every VM, oldest first; kes_lock
 * @nr_destroyed: destroyed VMs on the list; kes_lock
 * @switches: how often counting was switched on or off
 * @lost: exits that were seen but not counted (out of memory)
 * @evicted: sum of the counts of evicted VMs; kes_lock
 * @evicted_base: the part of @evicted before the last reset; kes_lock
 * @scratch: buffer for the holder of kes_lock, too large for the stack
 */
struct kes_state {
	const struct kes_feed *feed;
	struct list_head vms;
	u32 nr_destroyed;
	u32 isa;
	u64 last_vm_id;
	u64 generation;
	u64 reset_ns;
	u64 switches;
	atomic64_t lost;
	struct kes_counts evicted;
	struct kes_counts evicted_base;
	struct kes_counts scratch;
};

extern struct kes_state kes;
extern struct mutex kes_lock;

/* Bring the lists of VMs and vCPUs up to date. Must not hold kes_lock. */
void kes_sync(void);

void *kes_l2_alloc(gfp_t gfp);
void kes_vcpu_set_l2(struct kes_vcpu *vcpu, void *l2);
int kes_vcpu_enable_l2(struct kes_vcpu *vcpu, gfp_t gfp);

#endif /* KES_ENGINE_H */

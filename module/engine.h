/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the engine's data.
 *
 * The engine keeps the counters of every VM and vCPU. It knows nothing of KVM's
 * own structures: what sees an exit calls count.h, what creates and destroys a
 * VM calls life.h. Every other file of the engine may use this one; this one
 * uses none of them but slots.h.
 *
 * Locking: kes_lock (a mutex) guards the lists, the baselines and the retired
 * sums. The counters themselves have one writer, the vCPU's own thread, and
 * are read without a lock.
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

/* Whose exit it was, relative to the KVM that counts. */
enum kes_context {
	KES_L1,
	KES_L2,
	KES_NR_CONTEXTS,
};

/* What is counted per reason, and what became of the exit. */
enum kes_column {
	KES_EXITS,
	KES_FASTPATH,		/* the guest re-entered at once */
	KES_USERSPACE,		/* KVM_RUN returned to user space */
	KES_NR_L1_COLUMNS,
	KES_REFLECTED = KES_NR_L1_COLUMNS,	/* handed to L1 */
	KES_NR_L2_COLUMNS,
};

/* KVM_EXIT_* below the last are told apart, the others share it. */
#define KES_NR_USERSPACE	44

/* VM-entry attempts, and those that did not end in a VM exit. */
struct kes_entries {
	u64 attempts;
	u64 failed;
	u64 emulation;
};

/* All counts of one vCPU, or sums of several, for readers. */
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
 * All counters are written by the vCPU's own thread only.
 *
 * @hot: what every exit writes to, NULL once KVM's vCPU is gone; kes_lock
 * @entries: @entries.attempts is what @hot had at its end
 * @l1: counts by column and slot
 * @l2: the same of its nested guests, made when it becomes a hypervisor
 * @userspace: returns to user space by KVM_EXIT_*
 * @time: NULL while time is off
 * @detail: NULL while detail is off
 * @base: the counts at the last reset, NULL if there was none; kes_lock
 * @node: on @vm's list; kes_lock
 * @vm: the VM, which it belongs to for as long as KVM has either
 * @id: as given to KVM_CREATE_VCPU
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
 * struct kes_vm - one VM, alive or dead
 * @ref: KVM (or the ring of dead VMs) holds one, and each vCPU that KVM has
 * @node: on the list of all VMs; kes_lock
 * @vcpus: by creation; kes_lock
 * @dir: its debugfs directory
 * @destroyed_ns: 0 while it lives
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
 * struct kes_feed - where the engine's counts come from
 * @source: KES_SOURCE_*
 * @fields: KES_FIELD_*: what it can know of an exit
 * @switch_group: before a group is switched on, after it was switched off;
 *	under kes_lock. NULL: it is called all the time
 * @sync: before the engine's lists are read, without kes_lock, so that what
 *	the feed knows of VMs' lives is in them. NULL: it is at once
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
 * @switches: how often counting was switched on or off
 * @lost: exits that were seen but not counted, as there was no memory
 * @evicted: sum of the VMs that left the ring of dead ones; kes_lock
 * @evicted_base: their part before the last reset; kes_lock
 * @scratch: for whoever holds kes_lock; too large for a stack
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

/* What the feed has learned of VMs' lives is in the lists after this. */
void kes_sync(void);

int kes_vcpu_enable_l2(struct kes_vcpu *vcpu, gfp_t gfp);

#endif /* KES_ENGINE_H */

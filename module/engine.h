/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the engine's data.
 *
 * The engine holds the counters of all VMs and vCPUs. It does not depend on
 * KVM's structures: code that handles an exit calls count.h, code that creates
 * or destroys a VM calls life.h. All other files of the engine may include
 * this one, which includes only slots.h of them.
 *
 * Locking, in the order in which locks are taken:
 *
 * kes_walk_lock	held while all VMs are visited, to read, reset or switch
 *			them. No VM is then removed from the list. Only
 *			visitors wait for it
 * kes_lock		the list of VMs, the sums of evicted VMs; held briefly
 * kes_vm.lock		the vCPUs of one VM; visitors release it after each vCPU
 *
 * Each counter has a single writer, the vCPU's own thread, and is read without
 * a lock.
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
#include <linux/uidgid.h>
#include <linux/workqueue.h>

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

/*
 * VM-entry attempts, those that ended without a VM exit, and exits with a
 * property besides their reason
 */
struct kes_entries {
	u64 attempts;
	u64 failed;
	u64 emulated;
	u64 bus_lock;
	u64 enclave;
	u64 forced;
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
 * Allocated when counting is first switched on, and freed with the VM. Only the
 * vCPU's own thread writes to the counters.
 *
 * @unknown_last: the last raw code that was counted in KES_SLOT_UNKNOWN
 * @entries: without @entries.attempts, which is in struct kes_hot
 * @l1: counts by column and slot
 * @l2: the same for nested guests, allocated when the vCPU enables VMX or SVM
 * @userspace: returns to user space by KVM_EXIT_* and enum kes_return
 * @events: incremented after changes of the counters that may happen without an
 *	attempt to enter the guest, and by watch_exits(); see seen.c
 * @time: NULL while time is off
 * @detail: NULL while detail is off
 * @base: the counts at the last reset, NULL if there was none; kes_walk_lock
 */
struct kes_vcpu {
	u64 unknown_last;
	struct kes_entries entries;
	u64 l1[KES_NR_L1_COLUMNS][KES_NR_SLOTS];
	u64 (*l2)[KES_NR_SLOTS];
	u64 userspace[KES_NR_USERSPACE];
	u64 events;
	struct kes_time *time;
	struct kes_detail *detail;
	struct kes_counts *base;
};

static_assert(sizeof(struct kes_vcpu) <= 4096, "one page per vCPU");

/**
 * struct kes_vm - one VM, running or destroyed
 * @ref: held by the list of all VMs and by each vCPU that KVM still has
 * @node: node in the list of all VMs, later of VMs to be freed; kes_lock
 * @lock: guards the members up to @final
 * @vcpus: in the order of creation, also those that are not listed yet; empty
 *	once the VM is destroyed
 * @nr_vcpus: listed vCPUs
 * @groups: KES_GROUP_* that are on for this VM alone; written with
 *	kes_walk_lock held as well
 * @destroyed_ns: 0 while the VM exists in KVM
 * @final: the counts of a destroyed VM; NULL if nothing was counted
 * @kept: @final is accounted for; kes_lock
 * @gone: not shown any more; kes_lock
 * @user: the creator; the VM holds a reference
 * @dir: its debugfs directory
 */
struct kes_vm {
	struct kref ref;
	struct list_head node;
	struct mutex lock;	/* guards the members up to @final */
	struct list_head vcpus;
	u32 nr_vcpus;
	u32 groups;
	u64 destroyed_ns;
	struct kes_final *final;
	bool kept;
	bool gone;
	struct kes_user *user;
	struct dentry *dir;
	u64 id;
	u64 created_ns;
	u32 pid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct kes_user - the user of some VMs
 * @node: node in the list of all users; kes_lock
 * @uid: of the process that created the VMs
 * @nr_vms: VMs that refer to this structure; kes_lock
 * @nr_destroyed: destroyed VMs of this user that are kept; kes_lock
 * @bytes: their memory; kes_lock
 */
struct kes_user {
	struct list_head node;
	kuid_t uid;
	u32 nr_vms;
	u32 nr_destroyed;
	size_t bytes;
};

/**
 * struct kes_feed - the code that calls the engine: a patched KVM or the
 * module
 * @source: KES_SOURCE_*
 * @fields: KES_FIELD_* that it can fill
 * @switch_group: called before a group is switched on and after it was switched
 *	off, under kes_lock; NULL if there is nothing to switch
 * @sync: called before the engine's lists are read, without a lock; adds and
 *	removes pending VMs and vCPUs. NULL if there are never pending ones
 * @watch_exits: each vCPU increments its events at its next exit on each CPU,
 *	before it counts the exit; NULL if attempts are counted
 */
struct kes_feed {
	u32 source;
	u64 fields;
	int (*switch_group)(u32 group, bool on);
	void (*sync)(void);
	void (*watch_exits)(void);
};

/**
 * struct kes_state - the engine's own data, one instance
 * @vms: every VM, oldest first; removed from with kes_lock held and not while
 *	@walking
 * @users: the creators of these VMs; kes_lock
 * @bytes: memory of all destroyed VMs; kes_lock
 * @walking: kes_walk_lock is held; kes_lock
 * @deferred: VMs wait to be removed from @vms or evicted; kes_lock
 * @reap: removes VMs that are gone, see reap.c
 * @groups: KES_GROUP_* that are on for all VMs; written with kes_walk_lock held
 * @switches: how often counting was switched on or off
 * @switchings: how often any group was, also for single VMs; kes_walk_lock
 * @lost: exits that were seen but not counted (out of memory)
 * @evicted: sum of the counts of evicted VMs; kes_lock, and not changed while
 *	@walking
 * @evicted_base: the part of @evicted before the last reset; as @evicted
 * @leaving: buffer for the holder of kes_lock, too large for the stack
 * @scratch: the same for the holder of kes_walk_lock
 */
struct kes_state {
	const struct kes_feed *feed;
	struct list_head vms;
	struct list_head users;
	size_t bytes;
	bool walking;
	bool deferred;
	struct work_struct reap;
	u32 groups;
	u32 isa;
	u64 last_vm_id;
	u64 generation;
	u64 reset_ns;
	u64 switches;
	u64 switchings;
	atomic64_t lost;
	struct kes_counts evicted;
	struct kes_counts evicted_base;
	struct kes_counts leaving;
	struct kes_counts scratch;
};

extern struct kes_state kes;
/* See above for what these guard. */
extern struct mutex kes_walk_lock;
/* See above. */
extern struct mutex kes_lock;

/* The groups that are on for all VMs */
static inline u32 kes_groups(void)
{
	return READ_ONCE(kes.groups);
}

/* The groups that are on for one VM */
static inline u32 kes_groups_of(const struct kes_vm *vm)
{
	return kes_groups() | vm->groups;
}

/* Bring the lists of VMs and vCPUs up to date. Must not hold a lock. */
void kes_sync(void);

/*
 * Return the first VM, or the one after @vm, that is not gone; NULL if there is
 * none. Called between kes_walk_begin() and kes_walk_end().
 */
struct kes_vm *kes_next_vm(const struct kes_vm *vm);

/* The same for the listed vCPUs of @vm, whose lock is held. */
struct kes_hot *kes_next_vcpu(const struct kes_vm *vm,
			      const struct kes_hot *hot);

struct kes_vcpu *kes_counters_alloc(bool l2, gfp_t gfp);
void *kes_l2_alloc(gfp_t gfp);
void kes_vcpu_set_l2(struct kes_vcpu *vcpu, void *l2);
int kes_vcpu_enable_l2(struct kes_vcpu *vcpu, gfp_t gfp);

#endif /* KES_ENGINE_H */

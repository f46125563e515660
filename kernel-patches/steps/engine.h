count    |/* SPDX-License-Identifier: GPL-2.0-only */
count    |/*
count    | * KVM exit statistics: the engine's data.
count    | *
count    | * The engine holds the counters of all VMs and vCPUs. It does not depend on
count    | * KVM's structures: code that handles an exit calls count.h, code that creates
count    | * or destroys a VM calls life.h. All other files of the engine may include
count    | * this one, which includes only slots.h of them.
count    | *
count    | * Locking, in the order in which locks are taken:
count    | *
count    | * kes_walk_lock	held while all VMs are visited, to read, reset or switch
count    | *			them. No VM is then removed from the list. Only
count    | *			visitors wait for it
count    | * kes_lock		the list of VMs, the sums of evicted VMs; held briefly
count    | * kes_vm.lock		the vCPUs of one VM; visitors release it after each vCPU
count    | *
count    | * Each counter has a single writer, the vCPU's own thread, and is read without
count    | * a lock.
count    | */
count    |#ifndef KES_ENGINE_H
count    |#define KES_ENGINE_H
count    |
snapshot |#include <linux/atomic.h>
count    |#include <linux/build_bug.h>
text     |#include <linux/dcache.h>
count    |#include <linux/kref.h>
count    |#include <linux/list.h>
count    |#include <linux/mutex.h>
count    |#include <linux/sched.h>
count    |#include <linux/types.h>
snapshot |#include <linux/uidgid.h>
count    |#include <linux/workqueue.h>
count    |
count    |#include <asm/kvm_exit_stats.h>
count    |
count    |#include "slots.h"
nested   |
nested   |/* The guest that exited, relative to the KVM that counts. */
nested   |enum kes_context {
nested   |	KES_L1,
nested   |	KES_L2,
nested   |	KES_NR_CONTEXTS,
nested   |};
count    |
count-disposition|/* Counters per reason */
disposition|/* Counters per reason: all exits, and exits by disposition. */
count    |enum kes_column {
count    |	KES_EXITS,
disposition|	KES_FASTPATH,		/* handled by a fastpath, which re-entered */
disposition|	KES_USERSPACE,		/* KVM_RUN returned to user space */
count    |	KES_NR_L1_COLUMNS,
nested   |	KES_REFLECTED = KES_NR_L1_COLUMNS,	/* ended in an exit to L1 */
count    |	KES_RECEIVED,		/* not a part: received by L1, by its reason */
nested   |	KES_NR_L2_COLUMNS,
count    |};
count    |
count    |/* KVM_EXIT_* with a counter of their own, plus one for all higher values */
count    |#define KES_NR_KVM_EXITS	44
count    |
count    |/* Counters of returns to user space: by KVM_EXIT_*, then by error */
count    |enum kes_return {
count    |	KES_RETURN_ERROR = KES_NR_KVM_EXITS,	/* any error not listed here */
count    |	KES_RETURN_EAGAIN,
count    |	KES_RETURN_EFAULT,
count    |	KES_RETURN_EHWPOISON,
disposition|	KES_NR_USERSPACE,
count    |};
disposition|
disposition|/*
disposition| * VM-entry attempts, those that ended without a VM exit, and exits with a
disposition| * property besides their reason
disposition| */
disposition|struct kes_entries {
disposition|	u64 attempts;
disposition|	u64 failed;
disposition|	u64 emulated;
disposition|	u64 bus_lock;
disposition|	u64 enclave;
disposition|	u64 forced;
disposition|};
count    |
count    |/* A copy of a vCPU's counters, or a sum over several vCPUs */
count    |struct kes_counts {
count    |	u64 l1[KES_NR_L1_COLUMNS][KES_NR_SLOTS];
nested   |	u64 l2[KES_NR_L2_COLUMNS][KES_NR_SLOTS];
disposition|	u64 userspace[KES_NR_USERSPACE];
disposition|	struct kes_entries entries;
count    |	u64 unknown_last;
count    |};
count    |
count    |/**
count    | * struct kes_vcpu - the counters of one vCPU
count    | *
count    | * Allocated when counting is first switched on, and freed with the VM. Only the
count    | * vCPU's own thread writes to the counters.
count    | *
count    | * @unknown_last: the last raw code that was counted in KES_SLOT_UNKNOWN
disposition| * @entries: without @entries.attempts, which is in struct kes_hot
count    | * @l1: counts by column and slot
nested   | * @l2: the same for nested guests, allocated when the vCPU enables VMX or SVM
disposition| * @userspace: returns to user space by KVM_EXIT_* and enum kes_return
changes  | * @events: incremented after changes of the counters that may happen without an
changes  | *	attempt to enter the guest, and by watch_exits(); see seen.c
time     | * @time: NULL while time is off
detail   | * @detail: NULL while detail is off
reset    | * @base: the counts at the last reset, NULL if there was none; kes_walk_lock
count    | */
count    |struct kes_vcpu {
count    |	u64 unknown_last;
disposition|	struct kes_entries entries;
count    |	u64 l1[KES_NR_L1_COLUMNS][KES_NR_SLOTS];
nested   |	u64 (*l2)[KES_NR_SLOTS];
disposition|	u64 userspace[KES_NR_USERSPACE];
changes  |	u64 events;
time     |	struct kes_time *time;
detail   |	struct kes_detail *detail;
reset    |	struct kes_counts *base;
count    |};
count    |
count    |static_assert(sizeof(struct kes_vcpu) <= 4096, "one page per vCPU");
count    |
count    |/**
count-snapshot| * struct kes_vm - one VM
snapshot | * struct kes_vm - one VM, running or destroyed
count    | * @ref: held by the list of all VMs and by each vCPU that KVM still has
count    | * @node: node in the list of all VMs, later of VMs to be freed; kes_lock
count    | * @lock: guards the members up to @final
count    | * @vcpus: in the order of creation, also those that are not listed yet; empty
count    | *	once the VM is destroyed
count    | * @nr_vcpus: listed vCPUs
vms      | * @groups: KES_GROUP_* that are on for this VM alone; written with
vms      | *	kes_walk_lock held as well
snapshot | * @destroyed_ns: 0 while the VM exists in KVM
snapshot | * @final: the counts of a destroyed VM; NULL if nothing was counted
snapshot | * @kept: @final is accounted for; kes_lock
count    | * @gone: not shown any more; kes_lock
snapshot | * @user: the creator; the VM holds a reference
text     | * @dir: its debugfs directory
count    | */
count    |struct kes_vm {
count    |	struct kref ref;
count    |	struct list_head node;
count    |	struct mutex lock;	/* guards the members up to @final */
count    |	struct list_head vcpus;
count    |	u32 nr_vcpus;
vms      |	u32 groups;
snapshot |	u64 destroyed_ns;
snapshot |	struct kes_final *final;
snapshot |	bool kept;
count    |	bool gone;
snapshot |	struct kes_user *user;
text     |	struct dentry *dir;
snapshot |	u64 id;
snapshot |	u64 created_ns;
snapshot |	u32 pid;
snapshot |	char comm[TASK_COMM_LEN];
count    |};
snapshot |
snapshot |/**
snapshot | * struct kes_user - the user of some VMs
snapshot | * @node: node in the list of all users; kes_lock
snapshot | * @uid: of the process that created the VMs
snapshot | * @nr_vms: VMs that refer to this structure; kes_lock
snapshot | * @nr_destroyed: destroyed VMs of this user that are kept; kes_lock
snapshot | * @bytes: their memory; kes_lock
snapshot | */
snapshot |struct kes_user {
snapshot |	struct list_head node;
snapshot |	kuid_t uid;
snapshot |	u32 nr_vms;
snapshot |	u32 nr_destroyed;
snapshot |	size_t bytes;
snapshot |};
count    |
count    |/**
count    | * struct kes_feed - the code that calls the engine: a patched KVM or the
count    | * module
snapshot | * @source: KES_SOURCE_*
snapshot | * @fields: KES_FIELD_* that it can fill
count    | * @switch_group: called before a group is switched on and after it was switched
count    | *	off, under kes_lock; NULL if there is nothing to switch
count    | * @sync: called before the engine's lists are read, without a lock; adds and
count    | *	removes pending VMs and vCPUs. NULL if there are never pending ones
changes  | * @watch_exits: each vCPU increments its events at its next exit on each CPU,
changes  | *	before it counts the exit; NULL if attempts are counted
count    | */
count    |struct kes_feed {
snapshot |	u32 source;
snapshot |	u64 fields;
count    |	int (*switch_group)(u32 group, bool on);
count    |	void (*sync)(void);
changes  |	void (*watch_exits)(void);
count    |};
count    |
count    |/**
count    | * struct kes_state - the engine's own data, one instance
count    | * @vms: every VM, oldest first; removed from with kes_lock held and not while
count    | *	@walking
snapshot | * @users: the creators of these VMs; kes_lock
snapshot | * @bytes: memory of all destroyed VMs; kes_lock
count    | * @walking: kes_walk_lock is held; kes_lock
count    | * @deferred: VMs wait to be removed from @vms or evicted; kes_lock
count    | * @reap: removes VMs that are gone, see reap.c
count    | * @groups: KES_GROUP_* that are on for all VMs; written with kes_walk_lock held
snapshot | * @switches: how often counting was switched on or off
changes  | * @switchings: how often any group was, also for single VMs; kes_walk_lock
snapshot | * @lost: exits that were seen but not counted (out of memory)
snapshot | * @evicted: sum of the counts of evicted VMs; kes_lock, and not changed while
snapshot | *	@walking
snapshot | * @evicted_base: the part of @evicted before the last reset; as @evicted
snapshot | * @leaving: buffer for the holder of kes_lock, too large for the stack
text     | * @scratch: the same for the holder of kes_walk_lock
count    | */
count    |struct kes_state {
count    |	const struct kes_feed *feed;
count    |	struct list_head vms;
snapshot |	struct list_head users;
snapshot |	size_t bytes;
count    |	bool walking;
count    |	bool deferred;
count    |	struct work_struct reap;
count    |	u32 groups;
count    |	u32 isa;
snapshot |	u64 last_vm_id;
reset    |	u64 generation;
reset    |	u64 reset_ns;
snapshot |	u64 switches;
changes  |	u64 switchings;
snapshot |	atomic64_t lost;
snapshot |	struct kes_counts evicted;
snapshot |	struct kes_counts evicted_base;
snapshot |	struct kes_counts leaving;
text     |	struct kes_counts scratch;
count    |};
count    |
count    |extern struct kes_state kes;
count    |/* See above for what these guard. */
count    |extern struct mutex kes_walk_lock;
count    |/* See above. */
count    |extern struct mutex kes_lock;
count    |
count    |/* The groups that are on for all VMs */
count    |static inline u32 kes_groups(void)
count    |{
count    |	return READ_ONCE(kes.groups);
count    |}
count    |
count    |/* The groups that are on for one VM */
count    |static inline u32 kes_groups_of(const struct kes_vm *vm)
count    |{
count-vms|	return kes_groups();
vms      |	return kes_groups() | vm->groups;
count    |}
count    |
count    |/* Bring the lists of VMs and vCPUs up to date. Must not hold a lock. */
count    |void kes_sync(void);
count    |
count    |/*
count    | * Return the first VM, or the one after @vm, that is not gone; NULL if there is
count    | * none. Called between kes_walk_begin() and kes_walk_end().
count    | */
count    |struct kes_vm *kes_next_vm(const struct kes_vm *vm);
snapshot |
snapshot |/* The same for the listed vCPUs of @vm, whose lock is held. */
snapshot |struct kes_hot *kes_next_vcpu(const struct kes_vm *vm,
snapshot |			      const struct kes_hot *hot);
count    |
count    |struct kes_vcpu *kes_counters_alloc(bool l2, gfp_t gfp);
count    |void *kes_l2_alloc(gfp_t gfp);
count    |void kes_vcpu_set_l2(struct kes_vcpu *vcpu, void *l2);
nested   |int kes_vcpu_enable_l2(struct kes_vcpu *vcpu, gfp_t gfp);
count    |
count    |#endif /* KES_ENGINE_H */

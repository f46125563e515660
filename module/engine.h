/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: what the engine's files share.
 *
 * The engine keeps the counters of every VM and vCPU, knows nothing of KVM's
 * own structures and takes its counts from whoever calls count.h. It owns the
 * life time of what it shows: a VM that KVM has destroyed stays readable until
 * KES_DEAD_VMS younger ones have died.
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

/* Dead VMs that stay readable. */
#define KES_DEAD_VMS	64

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
 * @ref: its VM and every open file hold one
 * @base: the counts at the last reset, NULL if there was none; kes_lock
 * @node: on @vm's list; kes_lock
 * @vm: the VM, which outlives every open file of this vCPU
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
	struct kref ref;
	struct kes_counts *base;
	struct list_head node;
	struct kes_vm *vm;
	u32 id;
	struct dentry *dentry;
};

static_assert(sizeof(struct kes_vcpu) <= 4096, "one page per vCPU");

/**
 * struct kes_vm - one VM, alive or dead
 * @ref: KVM (or the ring of dead VMs) and every open file hold one
 * @node: on the list of all VMs; kes_lock
 * @vcpus: by creation; kes_lock
 * @dir: its debugfs directory
 * @died_ns: 0 while it lives
 */
struct kes_vm {
	struct kref ref;
	struct list_head node;
	struct list_head vcpus;
	struct dentry *dir;
	u64 id;
	u64 created_ns;
	u64 died_ns;
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
 * @retired: sum of the VMs that left the ring of dead ones; kes_lock
 * @retired_base: their part before the last reset; kes_lock
 * @scratch: for whoever holds kes_lock; too large for a stack
 */
struct kes_state {
	const struct kes_feed *feed;
	struct list_head vms;
	u32 nr_dead;
	u32 isa;
	u64 last_vm_id;
	u64 generation;
	u64 reset_ns;
	u64 switches;
	atomic64_t lost;
	struct kes_counts retired;
	struct kes_counts retired_base;
	struct kes_counts scratch;
};

extern struct kes_state kes;
extern struct mutex kes_lock;

/* engine.c: life cycle, called by whoever knows KVM's own */
int kes_init(const struct kes_feed *feed);
void kes_exit(void);
void kes_set_isa(u32 isa);
struct kes_vm *kes_vm_create(struct task_struct *leader);
void kes_vm_destroy(struct kes_vm *vm);
int kes_vcpu_alloc(u32 id, struct kes_hot *hot, gfp_t gfp);
int kes_vcpu_add(struct kes_vm *vm, struct kes_hot *hot);
void kes_vcpu_free(struct kes_hot *hot);
int kes_vcpu_create(struct kes_vm *vm, u32 id, struct kes_hot *hot);
void kes_vcpu_destroy(struct kes_hot *hot);
void kes_sync(void);

int kes_vcpu_enable_l2(struct kes_vcpu *vcpu, gfp_t gfp);

/* engine.c: counts an exit with a code that is in no row */
void kes_count_unknown(struct kes_hot *hot, u32 code);

/* engine.c: references of open files */
void kes_vm_put(struct kes_vm *vm);
void kes_vcpu_get(struct kes_vcpu *vcpu);
void kes_vcpu_put(struct kes_vcpu *vcpu);

/* sums.c: reading and resetting */
void kes_copy_vcpu(struct kes_counts *to, const struct kes_vcpu *vcpu);
void kes_add(struct kes_counts *sum, const struct kes_counts *counts);
void kes_add_vcpu(struct kes_counts *sum, const struct kes_vcpu *vcpu);
void kes_add_vm(struct kes_counts *sum, const struct kes_vm *vm);
void kes_add_all(struct kes_counts *sum);
void kes_retire(struct kes_vm *vm);
u64 kes_slot_total(const struct kes_counts *counts, unsigned int slot);
u64 kes_total(const struct kes_counts *counts);
s64 kes_unaccounted(const struct kes_counts *counts);
int kes_reset(void);

/* groups.c: what is counted; @group is one KES_GROUP_* */
int kes_switch(u32 group, bool on);
u32 kes_groups(void);
int kes_groups_alloc_vcpu(struct kes_vcpu *vcpu, gfp_t gfp);
void kes_groups_trim_vcpu(struct kes_vcpu *vcpu);
void kes_groups_free_vcpu(struct kes_vcpu *vcpu);

/* table.c: the text table, most frequent reason first */
struct kes_row {
	u64 count;
	unsigned int slot;
};

/* For whoever prints: too large for a stack. */
struct kes_table {
	struct kes_counts sum;
	u64 total;
	unsigned int nr_rows;
	struct kes_row rows[KES_NR_SLOTS];
};

struct kes_table *kes_table_alloc(void);
void kes_table_free(struct kes_table *table);
void kes_table_sort(struct kes_table *table);
int kes_table_line(const struct kes_table *table, unsigned int row, char *buf,
		   size_t size);

/* snapshot.c: *buf is for kvfree(); returns its size or -errno */
ssize_t kes_snapshot(void **buf);

/* debugfs.c */
void kes_debugfs_init(void);
void kes_debugfs_exit(void);
void kes_debugfs_add_vm(struct kes_vm *vm);
void kes_debugfs_add_vcpu(struct kes_vcpu *vcpu);

/* sysfs.c */
int kes_sysfs_init(void);
void kes_sysfs_exit(void);
void kes_sysfs_add_reasons(void);

/* dmesg.c */
int kes_dmesg_print(void);
void kes_dmesg_init(void);
void kes_dmesg_exit(void);

#endif /* KES_ENGINE_H */

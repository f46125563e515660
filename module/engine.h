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

struct kes_counts {
	u64 n[KES_NR_CONTEXTS][KES_NR_SLOTS];
	u64 unknown_last;
};

/**
 * struct kes_vcpu - the counters of one vCPU
 * @counts: written by the vCPU's thread only, first for the hot path's sake
 * @ref: its VM and every open file hold one
 * @base: the counts at the last reset, NULL if there was none; kes_lock
 * @node: on @vm's list; kes_lock
 * @vm: the VM, which outlives every open file of this vCPU
 * @id: as given to KVM_CREATE_VCPU
 * @dentry: its debugfs file
 */
struct kes_vcpu {
	struct kes_counts counts;
	struct kref ref;
	struct kes_counts *base;
	struct list_head node;
	struct kes_vm *vm;
	u32 id;
	struct dentry *dentry;
};

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
 * struct kes_state - the engine's own data, one instance
 * @vms: every VM, oldest first; kes_lock
 * @retired: sum of the VMs that left the ring of dead ones; kes_lock
 * @retired_base: their part before the last reset; kes_lock
 */
struct kes_state {
	struct list_head vms;
	u32 nr_dead;
	u32 isa;
	u64 last_vm_id;
	u64 generation;
	u64 reset_ns;
	struct kes_counts retired;
	struct kes_counts retired_base;
};

extern struct kes_state kes;
extern struct mutex kes_lock;

/* engine.c: life cycle, called by whoever knows KVM's own */
void kes_init(void);
void kes_exit(void);
void kes_set_isa(u32 isa);
struct kes_vm *kes_vm_create(void);
void kes_vm_destroy(struct kes_vm *vm);
struct kes_vcpu *kes_vcpu_create(struct kes_vm *vm, u32 id);
void kes_vcpu_destroy(struct kes_vcpu *vcpu);

/* engine.c: reading and switching */
void kes_vm_put(struct kes_vm *vm);
void kes_vcpu_get(struct kes_vcpu *vcpu);
void kes_vcpu_put(struct kes_vcpu *vcpu);
void kes_add_vcpu(struct kes_counts *sum, const struct kes_vcpu *vcpu);
void kes_add_vm(struct kes_counts *sum, const struct kes_vm *vm);
void kes_add_all(struct kes_counts *sum);
u64 kes_slot_total(const struct kes_counts *counts, unsigned int slot);
u64 kes_total(const struct kes_counts *counts);
int kes_reset(void);
int kes_switch_count(bool on);
bool kes_count_is_on(void);

/* table.c: the text table, most frequent reason first */
struct kes_row {
	u64 count;
	unsigned int slot;
};

unsigned int kes_sort_rows(const struct kes_counts *counts,
			   struct kes_row *rows);
int kes_format_row(char *buf, size_t size, const struct kes_row *row,
		   u64 total);

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

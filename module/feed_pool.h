/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: memory that probes take in atomic context.
 *
 * A probe cannot allocate memory: it may run with interrupts disabled, where
 * even GFP_ATOMIC sleeps on PREEMPT_RT. It takes a ready-made item from a pool
 * instead. A work item refills the pools.
 *
 * A VM that takes an item is charged for its replacement: the item was made
 * before anybody knew who would take it. If the VM's cgroup has reached its
 * limit, the replacement is not charged, because other VMs need it. KVM charges
 * every vCPU, so the limit bounds the number of items, too.
 */
#ifndef KES_FEED_POOL_H
#define KES_FEED_POOL_H

#include <linux/cache.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include <asm/kvm_exit_stats.h>

struct kvm;
struct kvm_vcpu;
struct mem_cgroup;

/**
 * struct kes_probed_vcpu - a vCPU seen by the probes, and its counters
 *
 * Every exit reads the members before @task.
 *
 * @kvm: KVM's vCPU, the key in the hash table; NULL for an orphan, which has
 *	returned to user space but not exited yet
 * @runner: the thread that has exited with this vCPU in the KVM_RUN that it is
 *	in, NULL if there is none
 * @guest_mode: HF_GUEST_MASK if its last exit was from L2, else 0
 * @task: the thread that last ran it, NULL if there was none; may have ended,
 *	so never dereferenced
 * @task_start: start time of @task; a later thread may have the same address
 * @pid: of @task
 * @exits: KVM's count of the vCPU's exits when @runner was set last
 * @by_vcpu: node in the hash table by @kvm; RCU
 * @by_task: node in the hash table by @task; RCU
 * @node: node in the list of @vm, of orphans or of a pool
 * @new_node: node in the list of vCPUs not yet registered with the engine
 * @vm: the VM of the vCPU
 */
struct kes_probed_vcpu {
	const struct kvm_vcpu *kvm;
	const struct task_struct *runner;
	u32 guest_mode;
	struct kes_hot hot;
	const struct task_struct *task;
	u64 task_start;
	pid_t pid;
	bool exited;
	u64 exits;
	struct hlist_node by_vcpu;
	struct hlist_node by_task;
	struct list_head node;
	struct list_head new_node;
	struct kes_probed_vm *vm;
} ____cacheline_aligned;

/**
 * struct kes_probed_vm - a VM seen by the probes
 * @kvm: KVM's VM; never dereferenced
 * @mm: its address space; never dereferenced
 * @vm: the engine's VM, NULL until registered
 * @leader: thread group leader of the VMM; a reference, until registered
 * @memcg: the cgroup to charge; a reference; NULL until registered, or none
 * @vcpus: its vCPUs
 * @node: node in the list of running or of destroyed VMs, or of a pool
 */
struct kes_probed_vm {
	const struct kvm *kvm;
	const struct mm_struct *mm;
	struct kes_vm *vm;
	struct task_struct *leader;
	struct mem_cgroup *memcg;
	struct list_head vcpus;
	struct list_head node;
};

/**
 * struct kes_pool - ready-made items of one kind
 * @items: the items; the pools' lock
 * @nr: number of items
 * @spare: number of items to hold ready at any time, 0 while counting is off
 * @extra: number of items beyond @spare, for vCPUs that existed before the
 *	probes were attached and have not exited since
 * @node: offset of the struct list_head in an item
 * @make: allocates an item; may sleep
 * @fit: gives an item the memory of exactly these groups; may sleep; NULL if
 *	items do not depend on groups
 * @free: frees an item
 */
struct kes_pool {
	struct list_head items;
	unsigned int nr;
	unsigned int spare;
	unsigned int extra;
	size_t node;
	void *(*make)(gfp_t gfp);
	int (*fit)(void *item, u32 groups, gfp_t gfp);
	void (*free)(void *item);
};

extern struct kes_pool kes_spare_vcpus;	/* struct kes_probed_vcpu */
extern struct kes_pool kes_spare_vms;	/* struct kes_probed_vm */
extern struct kes_pool kes_spare_l2;	/* see kes_l2_alloc() */

/* Return an item, NULL if there is none. Safe to call from probes. */
void *kes_pool_take(struct kes_pool *pool);
void kes_pool_put(struct kes_pool *pool, void *item);
/* A vCPU that existed before the probes has exited. Safe to call from probes. */
void kes_pool_extra_used(struct kes_pool *pool);

/* Not safe to call from probes: these sleep. */
void kes_probed_vcpu_free(struct kes_probed_vcpu *probed);
int kes_pools_open(u32 groups, unsigned int existing);
int kes_pools_fit(u32 groups);
void kes_pools_replace_vcpu(void);
void kes_pools_refill(bool (*postpone)(void));
void kes_pools_close(void);

/*
 * On a kernel without ftrace-based kprobes, a kprobe is a breakpoint, and its
 * handler runs like an NMI: it must not allocate memory, queue work, or take a
 * lock that the interrupted code may hold. No probed function is called with
 * one of the feed's locks held, so spinning here cannot deadlock. A loop of
 * trylocks avoids a false report by lockdep.
 */
static inline unsigned long kes_lock_in_probe(raw_spinlock_t *lock)
{
	unsigned long flags;

	local_irq_save(flags);
	while (!raw_spin_trylock(lock))
		cpu_relax();
	return flags;
}

#endif /* KES_FEED_POOL_H */

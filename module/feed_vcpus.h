/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the vCPUs seen by the probes, and their counters.
 *
 * At an exit, the vCPU's own thread finds the counters in a pointer per CPU, to
 * the vCPU that exited there last. If that is another one, or KVM_RUN has
 * returned since, they are looked up in a hash table by the address of struct
 * kvm_vcpu.
 */
#ifndef KES_FEED_VCPUS_H
#define KES_FEED_VCPUS_H

#include <linux/irq_work.h>
#include <linux/kvm_host.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "feed_pool.h"

/* The vCPU that exited last on this CPU; never NULL */
DECLARE_PER_CPU(struct kes_probed_vcpu *, kes_last_vcpu);

/* Safe to call from probes. */
struct kes_probed_vcpu *kes_probed_vcpu_find(struct kvm_vcpu *vcpu);
struct kes_probed_vcpu *kes_probed_vcpu_seek(struct kvm_vcpu *vcpu);
struct kes_probed_vcpu *kes_probed_vcpu_by_task(const struct task_struct *task);
struct kes_probed_vcpu *kes_probed_orphan(void);
void kes_probed_vcpu_created(struct kvm_vcpu *vcpu);
void kes_probed_vm_destroyed(const struct kvm *kvm);

/*
 * @probed: this CPU's kes_last_vcpu. Return true if it is of @vcpu, and nothing
 * else has to be done. The key of a freed vCPU is never compared, see
 * kes_probed_forget_unlinked().
 */
static __always_inline bool
kes_probed_is_current(const struct kes_probed_vcpu *probed,
		      const struct kvm_vcpu *vcpu)
{
	return probed->kvm == vcpu && probed->runner == current;
}

/*
 * Return the counters of @vcpu, and take new ones if it has none; NULL if there
 * are none. Must be called with interrupts disabled, and not from a kprobe.
 */
static inline struct kes_probed_vcpu *kes_probed_vcpu_get(struct kvm_vcpu *vcpu)
{
	struct kes_probed_vcpu *probed = this_cpu_read(kes_last_vcpu);

	if (likely(kes_probed_is_current(probed, vcpu)))
		return probed;
	return kes_probed_vcpu_seek(vcpu);
}

/* For feed_work.c */
extern struct work_struct kes_probed_work;
extern struct workqueue_struct *kes_probed_wq;
extern struct irq_work kes_probed_irq_work;

/* Guards all lists below, and writes to the hash tables. */
extern raw_spinlock_t kes_probed_lock;
extern struct list_head kes_probed_vms;
extern struct list_head kes_probed_destroyed_vms;
extern struct list_head kes_probed_new_vcpus;
extern struct list_head kes_probed_orphans;
extern struct list_head kes_probed_adopted;
extern unsigned int kes_nr_orphans;
extern unsigned int kes_nr_probed;
extern bool kes_td_seen;	/* a TDX guest has exited */

/* Queue the work item. Safe to call from probes. */
void kes_probed_wake(void);

/* Must hold kes_probed_lock. */
void kes_probed_vm_unlink(struct kes_probed_vm *vm);
void kes_probed_orphan_unlink(struct kes_probed_vcpu *orphan);

int kes_probed_tables_init(void);
void kes_probed_tables_exit(void);

/* The next exit on each CPU is an event of its vCPU, see struct kes_feed. */
void kes_probed_watch_exits(void);

/* After a grace period, no CPU finds a vCPU of an unlinked VM in its pointer. */
void kes_probed_forget_unlinked(void);

#endif /* KES_FEED_VCPUS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: vCPUs as tracepoints see them, and their counters.
 *
 * A vCPU is found by its address, in a table that its own thread looks into at
 * each exit.
 */
#ifndef KES_FEED_VCPUS_H
#define KES_FEED_VCPUS_H

#include <linux/hash.h>
#include <linux/kvm_host.h>
#include <linux/list.h>

#include <asm/kvm_exit_stats.h>

/**
 * struct kes_fed_vcpu - one of KVM's vCPUs that has run, and its counters
 *
 * @kvm: KVM's own, whose address tells vCPUs apart while it lives; NULL of one
 *	that has returned to user space, but not exited yet
 * @task: the thread that ran it last; its address only
 * @guest_mode: whether its last exit was L2's
 * @by_vcpu: in the table by @kvm; RCU
 * @by_task: in the table by @task; RCU
 * @node: on @vm's list
 * @news: on the list of those that the engine does not yet know
 */
struct kes_fed_vcpu {
	struct kes_hot hot;
	const struct kvm_vcpu *kvm;
	const struct task_struct *task;
	bool guest_mode;
	struct hlist_node by_vcpu;
	struct hlist_node by_task;
	struct list_head node;
	struct list_head news;
	struct kes_fed_vm *vm;
};

/* These may be called from probes. */
struct kes_fed_vcpu *kes_fed_vcpu_slow(struct kvm_vcpu *vcpu);
struct kes_fed_vcpu *kes_fed_vcpu_of(const struct task_struct *task);
struct kes_fed_vcpu *kes_fed_orphan(void);
void kes_fed_vcpu_moved(struct kes_fed_vcpu *fed);
void kes_fed_vm_gone(const struct kvm *kvm);
void kes_fed_vms_gone(void);

extern struct hlist_head kes_fed_vcpus[];
#define KES_FED_BITS	10

static inline struct hlist_head *kes_fed_bucket(const struct kvm_vcpu *vcpu)
{
	return &kes_fed_vcpus[hash_ptr(vcpu, KES_FED_BITS)];
}

/* The counters of a vCPU; NULL if it is new. */
static __always_inline struct kes_fed_vcpu *
kes_fed_vcpu_known(struct kvm_vcpu *vcpu)
{
	struct kes_fed_vcpu *fed;

	hlist_for_each_entry_rcu_notrace(fed, kes_fed_bucket(vcpu), by_vcpu) {
		if (fed->kvm == vcpu) {
			if (unlikely(fed->task != current))
				kes_fed_vcpu_moved(fed);
			return fed;
		}
	}
	return NULL;
}

/* Made if it is new; NULL without memory for them. Not from a kprobe. */
static __always_inline struct kes_fed_vcpu *kes_fed_vcpu(struct kvm_vcpu *vcpu)
{
	return kes_fed_vcpu_known(vcpu) ?: kes_fed_vcpu_slow(vcpu);
}

/* Not from probes: they sleep. */
int kes_fed_vcpus_init(void);
void kes_fed_vcpus_sync(void);
void kes_fed_vcpus_exit(void);

#endif /* KES_FEED_VCPUS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the vCPUs seen by the probes, and their counters.
 *
 * At each exit, the vCPU's own thread looks up the counters in a hash table by
 * the address of struct kvm_vcpu.
 */
#ifndef KES_FEED_VCPUS_H
#define KES_FEED_VCPUS_H

#include <linux/hash.h>
#include <linux/kvm_host.h>
#include <linux/list.h>

#include <asm/kvm_exit_stats.h>

/**
 * struct kes_probed_vcpu - a vCPU that has run, and its counters
 *
 * @kvm: KVM's vCPU, the key in the hash table; NULL for an orphan, which has
 *	returned to user space but not exited yet
 * @task: the thread that last ran it; never dereferenced
 * @guest_mode: true if its last exit was from L2
 * @by_vcpu: node in the hash table by @kvm; RCU
 * @by_task: node in the hash table by @task; RCU
 * @node: node in the list of @vm, or of orphans
 * @new_node: node in the list of vCPUs not yet registered with the engine
 * @vm: the VM of the vCPU
 */
struct kes_probed_vcpu {
	struct kes_hot hot;
	const struct kvm_vcpu *kvm;
	const struct task_struct *task;
	bool guest_mode;
	struct hlist_node by_vcpu;
	struct hlist_node by_task;
	struct list_head node;
	struct list_head new_node;
	struct kes_probed_vm *vm;
};

/* Safe to call from probes. */
struct kes_probed_vcpu *kes_probed_vcpu_add(struct kvm_vcpu *vcpu);
struct kes_probed_vcpu *kes_probed_vcpu_by_task(const struct task_struct *task);
struct kes_probed_vcpu *kes_probed_orphan(void);
void kes_probed_vcpu_moved(struct kes_probed_vcpu *probed);
void kes_probed_vm_destroyed(const struct kvm *kvm);
void kes_probed_destroy_all(void);

extern struct hlist_head kes_probed_vcpus[];
#define KES_PROBED_BITS	10

static inline struct hlist_head *kes_probed_bucket(const struct kvm_vcpu *vcpu)
{
	return &kes_probed_vcpus[hash_ptr(vcpu, KES_PROBED_BITS)];
}

/* Return the counters of @vcpu, NULL if it is new. */
static __always_inline struct kes_probed_vcpu *
kes_probed_vcpu_find(struct kvm_vcpu *vcpu)
{
	struct kes_probed_vcpu *probed;

	hlist_for_each_entry_rcu_notrace(probed, kes_probed_bucket(vcpu),
					 by_vcpu) {
		if (probed->kvm == vcpu) {
			if (unlikely(probed->task != current))
				kes_probed_vcpu_moved(probed);
			return probed;
		}
	}
	return NULL;
}

/*
 * Return the counters of @vcpu, and allocate them if it is new; NULL if out of
 * memory. Must not be called from a kprobe.
 */
static __always_inline struct kes_probed_vcpu *
kes_probed_vcpu_get(struct kvm_vcpu *vcpu)
{
	return kes_probed_vcpu_find(vcpu) ?: kes_probed_vcpu_add(vcpu);
}

/* Not safe to call from probes: these sleep. */
int kes_probed_init(void);
void kes_probed_sync(void);
void kes_probed_exit(void);

#endif /* KES_FEED_VCPUS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics as a module of its own: what its files share.
 *
 * The feed attaches to the tracepoints of a KVM that knows nothing of it, and
 * tells the engine what it sees. Tracepoints are found by name, so that kvm may
 * be loaded after this module; what they pass, and where KVM keeps what they
 * do not, is taken from the kernel's own type information (BTF) and from the
 * headers that it was built with, as far as both agree.
 *
 * feed.c		finding KVM, switching, the module itself
 * feed_attach.c	what is attached to KVM
 * feed_btf.c		is this the KVM that we know?
 * feed_probes.c	what is done when a vCPU exits
 * feed_vcpus.c		which counters a vCPU has; VMs that come and go
 */
#ifndef KES_FEED_H
#define KES_FEED_H

#include <linux/hash.h>
#include <linux/kvm_host.h>
#include <linux/list.h>
#include <linux/tracepoint.h>

#include "count.h"

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

/*
 * The end of VMs is watched from the first time on that counting is on, as what
 * was seen then may come to its end at any time.
 */
#define KES_LIFE	BIT(31)

/*
 * feed_btf.c: 0, -EBUSY if KVM is patched, -ENOENT if kvm_amd is not loaded, or
 * another error, whose reason is in the kernel's log. @vmcb_offset: NULL on VMX
 */
int kes_btf_check(bool *one_arg_entry, size_t *vmcb_offset);

/* feed_attach.c; @group: COUNT, TIME or KES_LIFE; under kes_lock */
int kes_attach(u32 group);
void kes_detach(u32 group);
void kes_note_tracepoint(struct tracepoint *tp, void *unused);
void kes_forget_tracepoints(void);
bool kes_tracepoints_found(void);
void kes_choose_entry(bool one_arg);

/* feed_probes.c */
extern size_t kes_vmcb_offset;
void kes_probe_exit(void *data, struct kvm_vcpu *vcpu, u32 isa);
void kes_probe_entry(void *data, struct kvm_vcpu *vcpu);
void kes_probe_entry_immediate(void *data, struct kvm_vcpu *vcpu, bool immediate);
void kes_probe_userspace(void *data, u32 reason, int error);
void kes_probe_wakeup(void *data, u64 ns, bool waited, bool valid);
void kes_kprobe_run(struct kvm_vcpu *vcpu);
void kes_kprobe_halt(struct kvm_vcpu *vcpu);
void kes_probe_switch(void *data, bool preempt, struct task_struct *prev,
		      struct task_struct *next, unsigned int prev_state);

/* feed_vcpus.c; may be called from probes unless said otherwise */
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

#endif /* KES_FEED_H */

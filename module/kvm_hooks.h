/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the hooks in KVM.
 *
 * Only this file, vmx_hooks.h, svm_hooks.h and stats_fd.c use both KVM's
 * structures and the engine. The hooks are empty without
 * CONFIG_KVM_EXIT_STATS.
 */
#ifndef KES_KVM_HOOKS_H
#define KES_KVM_HOOKS_H

#include <linux/init.h>
#include <linux/kvm_host.h>

#ifdef CONFIG_KVM_EXIT_STATS

#include "count.h"
#include "detail.h"
#include "life.h"
#include "stats_fd.h"
#include "time.h"

static inline int kvm_exit_stats_create_vm(struct kvm *kvm)
{
	kvm->exit_stats = kes_vm_create(current->group_leader);
	return kvm->exit_stats ? 0 : -ENOMEM;
}

/* Called when no vCPU of @kvm can run. The counters stay readable. */
static inline void kvm_exit_stats_destroy_vm(struct kvm *kvm)
{
	kes_vm_destroy(kvm->exit_stats);
	kvm->exit_stats = NULL;
}

static inline int kvm_exit_stats_create_vcpu(struct kvm_vcpu *vcpu)
{
	return kes_vcpu_create(vcpu->kvm->exit_stats, vcpu->vcpu_id,
			       &vcpu->exit_stats);
}

/* Called when KVM has accepted the vCPU; its id may have been taken. */
static inline void kvm_exit_stats_list_vcpu(struct kvm_vcpu *vcpu)
{
	kes_vcpu_list(&vcpu->exit_stats);
}

static inline void kvm_exit_stats_destroy_vcpu(struct kvm_vcpu *vcpu)
{
	kes_vcpu_destroy(&vcpu->exit_stats);
}

/* Called before the vCPU can run nested guests. May sleep. */
static inline int kvm_exit_stats_enable_l2(struct kvm_vcpu *vcpu)
{
	return kes_vcpu_allow_l2(&vcpu->exit_stats);
}

/* Not guarded by a key, because counting may be switched on while L2 runs. */
static inline void kvm_exit_stats_enter_l2(struct kvm_vcpu *vcpu)
{
	kes_enter_context(&vcpu->exit_stats, true);
}

static inline void kvm_exit_stats_leave_l2(struct kvm_vcpu *vcpu)
{
	kes_enter_context(&vcpu->exit_stats, false);
}

/* Called with interrupts disabled, right before the VM entry. */
static __always_inline void kvm_exit_stats_enter(struct kvm_vcpu *vcpu)
{
	if (static_branch_unlikely(&kes_time_key))
		kes_time_enter_guest(vcpu->exit_stats.vcpu);
}

/*
 * Called when a hardware VM entry returns, with or without success. Called
 * from the vendor module, as are the hooks for the outcome of the attempt, so
 * that switching the static key affects both or neither.
 */
static __always_inline void kvm_exit_stats_attempt(struct kvm_vcpu *vcpu)
{
	if (static_branch_likely(&kes_count_key))
		kes_inc(&vcpu->exit_stats.attempts);
}

/* Called when a fastpath handled the exit and the guest is re-entered. */
static __always_inline void kvm_exit_stats_fastpath(struct kvm_vcpu *vcpu)
{
	if (static_branch_likely(&kes_count_key))
		kes_count_fastpath(&vcpu->exit_stats);
}

/* Called when L1 receives a VM exit. @code: without flags, as L1 sees it */
static inline void kvm_exit_stats_nested(struct kvm_vcpu *vcpu, u32 code)
{
	if (static_branch_unlikely(&kes_count_key))
		kes_count_received(&vcpu->exit_stats, code);
}

/* @slot: what the time until the next attempt is charged to */
static inline void kes_no_exit(struct kvm_vcpu *vcpu, u64 *n, unsigned int slot)
{
	kes_inc(n);
	kes_forget_last(&vcpu->exit_stats);
	if (static_branch_unlikely(&kes_time_key))
		kes_time_exit_guest(vcpu->exit_stats.vcpu, slot);
}

/* Called when VMLAUNCH or VMRESUME failed as an instruction: no exit. */
static __always_inline void kvm_exit_stats_entry_failed(struct kvm_vcpu *vcpu)
{
	if (static_branch_unlikely(&kes_count_key))
		kes_no_exit(vcpu, &vcpu->exit_stats.vcpu->entries.failed,
			    KES_SLOT_ENTRY_FAILED);
}

/* Called when KVM emulates the guest instead of entering it: no exit. */
static __always_inline void kvm_exit_stats_entry_emulated(struct kvm_vcpu *vcpu)
{
	if (!static_branch_unlikely(&kes_count_key))
		return;
	kes_inc(&vcpu->exit_stats.attempts);
	kes_no_exit(vcpu, &vcpu->exit_stats.vcpu->entries.emulated,
		    KES_SLOT_EMULATED);
}

/* Called when KVM_RUN begins. */
static inline void kvm_exit_stats_run(struct kvm_vcpu *vcpu)
{
	if (static_branch_unlikely(&kes_time_key))
		kes_time_set(vcpu->exit_stats.vcpu, KES_STATE_HANDLER);
}

/*
 * Called instead of kvm_vcpu_halt() and kvm_vcpu_block(): the vCPU is halted, or
 * waits for INIT or SIPI.
 */
void kvm_exit_stats_halt(struct kvm_vcpu *vcpu);
void kvm_exit_stats_block(struct kvm_vcpu *vcpu);

/*
 * Called instead of vcpu_put() when KVM_RUN returns to user space, because with
 * more code there, gcc would not inline the run loop any more. @r: the return
 * value of KVM_RUN, or the value <= 0 that ended the run loop
 */
void kvm_exit_stats_put(struct kvm_vcpu *vcpu, int r);

/*
 * Called when the thread is scheduled out, or puts the vCPU. KVM does not set
 * vcpu->preempted if user space asked KVM_RUN to return immediately.
 */
static inline void kvm_exit_stats_sched_out(struct kvm_vcpu *vcpu)
{
	if (static_branch_unlikely(&kes_time_key) && vcpu->exit_stats.vcpu)
		kes_time_sched_out(vcpu->exit_stats.vcpu, vcpu->preempted ||
				   task_is_running(current));
}

static inline void kvm_exit_stats_sched_in(struct kvm_vcpu *vcpu)
{
	if (static_branch_unlikely(&kes_time_key) && vcpu->exit_stats.vcpu)
		kes_time_sched_in(vcpu->exit_stats.vcpu);
}

static inline void __init kvm_exit_stats_init(void)
{
	static const struct kes_feed hooks = {
		.source = KES_SOURCE_PATCHED,
		.fields = KES_FIELD_CONTEXT | KES_FIELD_REFLECTED |
			  KES_FIELD_FASTPATH | KES_FIELD_USERSPACE |
			  KES_FIELD_ACCOUNTING | KES_FIELD_NESTED |
			  KES_FIELD_MODIFIERS,
	};

	/* Ignore errors: KVM works without the statistics. */
	kes_init(&hooks);
}

static inline void kvm_exit_stats_exit(void)
{
	kes_exit();
	kes_stats_fd_exit();
}

#else /* !CONFIG_KVM_EXIT_STATS */

static inline int kvm_exit_stats_create_vm(struct kvm *kvm)
{
	return 0;
}

static inline int kvm_exit_stats_create_vcpu(struct kvm_vcpu *vcpu)
{
	return 0;
}

static inline int kvm_exit_stats_enable_l2(struct kvm_vcpu *vcpu)
{
	return 0;
}

static inline void kvm_exit_stats_destroy_vm(struct kvm *kvm) {}
static inline void kvm_exit_stats_list_vcpu(struct kvm_vcpu *vcpu) {}
static inline void kvm_exit_stats_destroy_vcpu(struct kvm_vcpu *vcpu) {}
static inline void kvm_exit_stats_enter_l2(struct kvm_vcpu *vcpu) {}
static inline void kvm_exit_stats_leave_l2(struct kvm_vcpu *vcpu) {}
static inline void kvm_exit_stats_enter(struct kvm_vcpu *vcpu) {}
static inline void kvm_exit_stats_attempt(struct kvm_vcpu *vcpu) {}
static inline void kvm_exit_stats_fastpath(struct kvm_vcpu *vcpu) {}
static inline void kvm_exit_stats_nested(struct kvm_vcpu *vcpu, u32 code) {}
static inline void kvm_exit_stats_entry_failed(struct kvm_vcpu *vcpu) {}
static inline void kvm_exit_stats_entry_emulated(struct kvm_vcpu *vcpu) {}
static inline void kvm_exit_stats_run(struct kvm_vcpu *vcpu) {}
static inline void kvm_exit_stats_sched_out(struct kvm_vcpu *vcpu) {}
static inline void kvm_exit_stats_sched_in(struct kvm_vcpu *vcpu) {}

static inline void kvm_exit_stats_put(struct kvm_vcpu *vcpu, int r)
{
	vcpu_put(vcpu);
}

static inline void kvm_exit_stats_halt(struct kvm_vcpu *vcpu)
{
	kvm_vcpu_halt(vcpu);
}

static inline void kvm_exit_stats_block(struct kvm_vcpu *vcpu)
{
	kvm_vcpu_block(vcpu);
}

static inline void kvm_exit_stats_init(void) {}
static inline void kvm_exit_stats_exit(void) {}

#endif /* CONFIG_KVM_EXIT_STATS */
#endif /* KES_KVM_HOOKS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the hooks in vmx.c.
 */
#ifndef KES_VMX_HOOKS_H
#define KES_VMX_HOOKS_H

#include "kvm_hooks.h"
#include "vmx/vmx.h"

#ifdef CONFIG_KVM_EXIT_STATS

#include "detail_vmx.h"

/* Called when the exit reason was read from the VMCS. */
static __always_inline void kvm_exit_stats_count_vmx(struct kvm_vcpu *vcpu)
{
	unsigned int slot;

	if (!static_branch_likely(&kes_count_key))
		return;
	kes_count_vmx(&vcpu->exit_stats, to_vmx(vcpu)->exit_reason.full);
	if (!static_branch_unlikely(&kes_more_key))
		return;
	slot = kes_vmx_slots[vcpu->exit_stats.last];
	if (static_branch_unlikely(&kes_time_key))
		kes_time_exit_guest(vcpu->exit_stats.vcpu, slot);
	if (static_branch_unlikely(&kes_detail_key))
		kes_detail_vmx(vcpu->exit_stats.vcpu, vcpu, slot);
}

/* Called when the preemption timer expired because KVM forced the exit. */
static inline void kvm_exit_stats_forced(struct kvm_vcpu *vcpu)
{
	if (static_branch_unlikely(&kes_count_key))
		kes_inc(&vcpu->exit_stats.vcpu->entries.forced);
}

static inline void kvm_exit_stats_set_vmx(void)
{
	kvm_exit_stats_set_isa(KES_ISA_VMX);
}

#else /* !CONFIG_KVM_EXIT_STATS */

static inline void kvm_exit_stats_count_vmx(struct kvm_vcpu *vcpu) {}
static inline void kvm_exit_stats_forced(struct kvm_vcpu *vcpu) {}
static inline void kvm_exit_stats_set_vmx(void) {}

#endif /* CONFIG_KVM_EXIT_STATS */
#endif /* KES_VMX_HOOKS_H */

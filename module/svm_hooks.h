/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the hooks in svm.c.
 */
#ifndef KES_SVM_HOOKS_H
#define KES_SVM_HOOKS_H

#include "kvm_hooks.h"
#include "svm/svm.h"

#ifdef CONFIG_KVM_EXIT_STATS

#include "detail_svm.h"

/* Called when the VMCB has the exit code. */
static __always_inline void kvm_exit_stats_count_svm(struct kvm_vcpu *vcpu)
{
	unsigned int slot;

	if (!static_branch_likely(&kes_count_key))
		return;
	kes_count_svm(&vcpu->exit_stats,
		      to_svm(vcpu)->vmcb->control.exit_code);
	if (!static_branch_unlikely(&kes_more_key))
		return;
	slot = vcpu->exit_stats.last;
	if (static_branch_unlikely(&kes_time_key))
		kes_time_exit_guest(vcpu->exit_stats.vcpu, slot);
	if (static_branch_unlikely(&kes_detail_key))
		kes_detail_svm(vcpu->exit_stats.vcpu, vcpu,
			       &to_svm(vcpu)->vmcb->control, slot);
}

static inline void kvm_exit_stats_set_svm(void)
{
	kvm_exit_stats_set_isa(KES_ISA_SVM);
}

#else /* !CONFIG_KVM_EXIT_STATS */

static inline void kvm_exit_stats_count_svm(struct kvm_vcpu *vcpu) {}
static inline void kvm_exit_stats_set_svm(void) {}

#endif /* CONFIG_KVM_EXIT_STATS */
#endif /* KES_SVM_HOOKS_H */

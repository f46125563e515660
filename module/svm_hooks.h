/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: what only SVM knows of an exit. For svm.c.
 */
#ifndef KES_SVM_HOOKS_H
#define KES_SVM_HOOKS_H

#include "kvm_hooks.h"
#include "svm/svm.h"

#ifdef CONFIG_KVM_EXIT_STATS

/* APM 2 15.7 to 15.25: what EXITINFO1 and EXITINFO2 say of an exit. */
static noinline void kes_detail_svm(struct kvm_vcpu *vcpu, unsigned int slot)
{
	const struct vmcb_control_area *control = &to_svm(vcpu)->vmcb->control;
	enum kes_detail_table table = KES_VALUES;
	u64 value;

	switch (slot) {
	case KES_SVM_IOIO:
		value = (control->exit_info_1 >> 16 & 0xffff) |
			(control->exit_info_1 & BIT(0) ? KES_DETAIL_READ : 0);
		break;
	case KES_SVM_MSR:
		value = (u32)vcpu->arch.regs[VCPU_REGS_RCX] |
			(control->exit_info_1 ? 0 : KES_DETAIL_READ);
		break;
	case KES_SVM_CPUID:
		value = (u32)vcpu->arch.regs[VCPU_REGS_RAX];
		break;
	case KES_SVM_VMMCALL:
		value = vcpu->arch.regs[VCPU_REGS_RAX];
		break;
	case KES_SVM_NPF:
		value = control->exit_info_2 >> PAGE_SHIFT;
		table = KES_PAGES;
		break;
	default:
		return;
	}
	kes_detail_count(vcpu->exit_stats.vcpu, table, slot, value);
}

/* The VMCB has the exit's code. */
static __always_inline void kvm_exit_stats_count_svm(struct kvm_vcpu *vcpu)
{
	unsigned int slot;

	if (!static_branch_unlikely(&kes_count_key))
		return;
	kes_count_svm(&vcpu->exit_stats,
		      to_svm(vcpu)->vmcb->control.exit_code);
	if (!static_branch_unlikely(&kes_more_key))
		return;
	slot = vcpu->exit_stats.last;
	if (static_branch_unlikely(&kes_time_key))
		kes_time_exit_guest(vcpu->exit_stats.vcpu, slot);
	if (static_branch_unlikely(&kes_detail_key))
		kes_detail_svm(vcpu, slot);
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

count    |/* SPDX-License-Identifier: GPL-2.0-only */
count    |/*
count    | * KVM exit statistics: the hooks in svm.c.
count    | */
count    |#ifndef KES_SVM_HOOKS_H
count    |#define KES_SVM_HOOKS_H
count    |
count    |#include "kvm_hooks.h"
count    |#include "svm/svm.h"
count    |
count    |#ifdef CONFIG_KVM_EXIT_STATS
detail   |
detail   |#include "detail_svm.h"
count    |
count    |/* Called when the VMCB has the exit code. */
count    |static __always_inline void kvm_exit_stats_count_svm(struct kvm_vcpu *vcpu)
count    |{
time     |	unsigned int slot;
time     |
count    |	if (!static_branch_likely(&kes_count_key))
count    |		return;
count    |	kes_count_svm(&vcpu->exit_stats,
count    |		      to_svm(vcpu)->vmcb->control.exit_code);
time     |	if (!static_branch_unlikely(&kes_more_key))
time     |		return;
time     |	slot = vcpu->exit_stats.last;
time     |	if (static_branch_unlikely(&kes_time_key))
time     |		kes_time_exit_guest(vcpu->exit_stats.vcpu, slot);
detail   |	if (static_branch_unlikely(&kes_detail_key))
detail   |		kes_detail_svm(vcpu->exit_stats.vcpu, vcpu,
detail   |			       &to_svm(vcpu)->vmcb->control, slot);
count    |}
count    |
count    |static inline void kvm_exit_stats_set_svm(void)
count    |{
count    |	kvm_exit_stats_set_isa(KES_ISA_SVM);
count    |}
count    |
count    |#else /* !CONFIG_KVM_EXIT_STATS */
count    |
count    |static inline void kvm_exit_stats_count_svm(struct kvm_vcpu *vcpu) {}
count    |static inline void kvm_exit_stats_set_svm(void) {}
count    |
count    |#endif /* CONFIG_KVM_EXIT_STATS */
count    |#endif /* KES_SVM_HOOKS_H */

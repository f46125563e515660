count    |/* SPDX-License-Identifier: GPL-2.0-only */
count    |/*
count    | * KVM exit statistics: the hooks in vmx.c.
count    | */
count    |#ifndef KES_VMX_HOOKS_H
count    |#define KES_VMX_HOOKS_H
count    |
count    |#include "kvm_hooks.h"
count    |#include "vmx/vmx.h"
count    |
count    |#ifdef CONFIG_KVM_EXIT_STATS
detail   |
detail   |#include "detail_vmx.h"
count    |
count    |/* Called when the exit reason was read from the VMCS. */
count    |static __always_inline void kvm_exit_stats_count_vmx(struct kvm_vcpu *vcpu)
count    |{
time     |	unsigned int slot;
time     |
count    |	if (!static_branch_likely(&kes_count_key))
count    |		return;
count    |	kes_count_vmx(&vcpu->exit_stats, to_vmx(vcpu)->exit_reason.full);
time     |	if (!static_branch_unlikely(&kes_more_key))
time     |		return;
time     |	slot = kes_vmx_slots[vcpu->exit_stats.last];
time     |	if (static_branch_unlikely(&kes_time_key))
time     |		kes_time_exit_guest(vcpu->exit_stats.vcpu, slot);
detail   |	if (static_branch_unlikely(&kes_detail_key))
detail   |		kes_detail_vmx(vcpu->exit_stats.vcpu, vcpu, slot);
count    |}
disposition|
disposition|/* Called when the preemption timer expired because KVM forced the exit. */
disposition|static inline void kvm_exit_stats_forced(struct kvm_vcpu *vcpu)
disposition|{
disposition|	if (static_branch_unlikely(&kes_count_key))
disposition|		kes_inc(&vcpu->exit_stats.vcpu->entries.forced);
disposition|}
count    |
count    |static inline void kvm_exit_stats_set_vmx(void)
count    |{
count    |	kvm_exit_stats_set_isa(KES_ISA_VMX);
count    |}
count    |
count    |#else /* !CONFIG_KVM_EXIT_STATS */
count    |
count    |static inline void kvm_exit_stats_count_vmx(struct kvm_vcpu *vcpu) {}
disposition|static inline void kvm_exit_stats_forced(struct kvm_vcpu *vcpu) {}
count    |static inline void kvm_exit_stats_set_vmx(void) {}
count    |
count    |#endif /* CONFIG_KVM_EXIT_STATS */
count    |#endif /* KES_VMX_HOOKS_H */

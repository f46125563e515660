/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the calls that a patched KVM makes.
 *
 * The only file that knows both KVM's structures and the engine. Everything
 * is an empty inline function without CONFIG_KVM_EXIT_STATS.
 */
#ifndef KES_KVM_HOOKS_H
#define KES_KVM_HOOKS_H

#include <linux/init.h>
#include <linux/kvm_host.h>

#ifdef CONFIG_KVM_EXIT_STATS

#include "count.h"
#include "kvm_cache_regs.h"

static inline int kvm_exit_stats_create_vm(struct kvm *kvm)
{
	kvm->exit_stats = kes_vm_create();
	return kvm->exit_stats ? 0 : -ENOMEM;
}

/* No vCPU of @kvm runs any more; its counters stay readable. */
static inline void kvm_exit_stats_destroy_vm(struct kvm *kvm)
{
	kes_vm_destroy(kvm->exit_stats);
	kvm->exit_stats = NULL;
}

static inline int kvm_exit_stats_create_vcpu(struct kvm_vcpu *vcpu)
{
	vcpu->exit_stats = kes_vcpu_create(vcpu->kvm->exit_stats,
					   vcpu->vcpu_id);
	return vcpu->exit_stats ? 0 : -ENOMEM;
}

/* Undoes a creation that failed; does nothing once the VM is destroyed. */
static inline void kvm_exit_stats_destroy_vcpu(struct kvm_vcpu *vcpu)
{
	if (vcpu->kvm->exit_stats)
		kes_vcpu_destroy(vcpu->exit_stats);
	vcpu->exit_stats = NULL;
}

/* @basic: vmx->exit_reason.basic, of a VM entry that the CPU accepted */
static __always_inline void kvm_exit_stats_count_vmx(struct kvm_vcpu *vcpu,
						     u16 basic)
{
	if (static_branch_unlikely(&kes_count_key))
		kes_count_vmx(vcpu->exit_stats, basic, is_guest_mode(vcpu));
}

/* @code: vmcb->control.exit_code */
static __always_inline void kvm_exit_stats_count_svm(struct kvm_vcpu *vcpu,
						     u32 code)
{
	if (static_branch_unlikely(&kes_count_key))
		kes_count_svm(vcpu->exit_stats, code, is_guest_mode(vcpu));
}

static inline void __init kvm_exit_stats_init(void)
{
	kes_init();
}

static inline void kvm_exit_stats_exit(void)
{
	kes_exit();
}

static inline void kvm_exit_stats_set_vmx(void)
{
	kes_set_isa(KES_ISA_VMX);
}

static inline void kvm_exit_stats_set_svm(void)
{
	kes_set_isa(KES_ISA_SVM);
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

static inline void kvm_exit_stats_destroy_vm(struct kvm *kvm) {}
static inline void kvm_exit_stats_destroy_vcpu(struct kvm_vcpu *vcpu) {}
static inline void kvm_exit_stats_count_vmx(struct kvm_vcpu *vcpu, u16 basic) {}
static inline void kvm_exit_stats_count_svm(struct kvm_vcpu *vcpu, u32 code) {}
static inline void kvm_exit_stats_init(void) {}
static inline void kvm_exit_stats_exit(void) {}
static inline void kvm_exit_stats_set_vmx(void) {}
static inline void kvm_exit_stats_set_svm(void) {}

#endif /* CONFIG_KVM_EXIT_STATS */
#endif /* KES_KVM_HOOKS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: what only VMX knows of an exit. For vmx.c.
 */
#ifndef KES_VMX_HOOKS_H
#define KES_VMX_HOOKS_H

#include "kvm_hooks.h"
#include "vmx/vmx.h"

#ifdef CONFIG_KVM_EXIT_STATS

static inline u64 kes_vmx_rax(struct kvm_vcpu *vcpu)
{
	return vcpu->arch.regs[VCPU_REGS_RAX];
}

/*
 * SDM 28.2: exit qualification, interruption information and guest-physical
 * address of an exit. KVM caches the first two, so that its handlers do not
 * read them again. A slot is the code of its reason.
 */
static noinline void kes_detail_vmx(struct kvm_vcpu *vcpu, unsigned int slot)
{
	enum kes_detail_table table = KES_VALUES;
	u64 value;

	switch (slot) {
	case EXIT_REASON_IO_INSTRUCTION:
		value = vmx_get_exit_qual(vcpu);
		value = (value >> 16 & 0xffff) |
			(value & BIT(3) ? KES_DETAIL_READ : 0);
		break;
	case EXIT_REASON_MSR_READ:
		value = (u32)vcpu->arch.regs[VCPU_REGS_RCX] | KES_DETAIL_READ;
		break;
	case EXIT_REASON_MSR_WRITE:
		value = (u32)vcpu->arch.regs[VCPU_REGS_RCX];
		break;
	case EXIT_REASON_CPUID:
		value = (u32)kes_vmx_rax(vcpu);
		break;
	case EXIT_REASON_VMCALL:
		value = kes_vmx_rax(vcpu);
		break;
	case EXIT_REASON_EXCEPTION_NMI:
	case EXIT_REASON_EXTERNAL_INTERRUPT:
		value = vmx_get_intr_info(vcpu) & 0xff;
		break;
	case EXIT_REASON_CR_ACCESS:
		value = vmx_get_exit_qual(vcpu) & 0x3f;
		break;
	case EXIT_REASON_APIC_ACCESS:
	case EXIT_REASON_APIC_WRITE:
		value = vmx_get_exit_qual(vcpu) & 0xfff;
		break;
	case EXIT_REASON_EOI_INDUCED:
		value = vmx_get_exit_qual(vcpu) & 0xff;
		break;
	case EXIT_REASON_EPT_VIOLATION:
	case EXIT_REASON_EPT_MISCONFIG:
		value = vmcs_read64(GUEST_PHYSICAL_ADDRESS) >> PAGE_SHIFT;
		table = KES_PAGES;
		break;
	default:
		return;
	}
	kes_detail_count(vcpu->exit_stats.vcpu, table, slot, value);
}

/* The VMCS's exit reason has been read. */
static __always_inline void kvm_exit_stats_count_vmx(struct kvm_vcpu *vcpu)
{
	unsigned int slot;

	if (!static_branch_unlikely(&kes_count_key))
		return;
	kes_count_vmx(&vcpu->exit_stats, to_vmx(vcpu)->exit_reason.basic);
	if (!static_branch_unlikely(&kes_more_key))
		return;
	slot = kes_vmx_slots[vcpu->exit_stats.last];
	if (static_branch_unlikely(&kes_time_key))
		kes_time_exit_guest(vcpu->exit_stats.vcpu, slot);
	if (static_branch_unlikely(&kes_detail_key))
		kes_detail_vmx(vcpu, slot);
}

static inline void kvm_exit_stats_set_vmx(void)
{
	kvm_exit_stats_set_isa(KES_ISA_VMX);
}

#else /* !CONFIG_KVM_EXIT_STATS */

static inline void kvm_exit_stats_count_vmx(struct kvm_vcpu *vcpu) {}
static inline void kvm_exit_stats_set_vmx(void) {}

#endif /* CONFIG_KVM_EXIT_STATS */
#endif /* KES_VMX_HOOKS_H */

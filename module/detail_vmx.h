/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the detail of a VMX exit, read from the VMCS.
 */
#ifndef KES_DETAIL_VMX_H
#define KES_DETAIL_VMX_H

#include <linux/kvm_host.h>

#include <asm/vmx.h>

#include "detail.h"
#include "exit_stats/vmcs.h"

/*
 * SDM 28.2: exit qualification, interruption information and guest-physical
 * address. @slot is the code of the exit reason.
 */
static noinline void kes_detail_vmx(struct kes_vcpu *kes, struct kvm_vcpu *vcpu,
				    unsigned int slot)
{
	enum kes_detail_table table = KES_VALUES;
	u64 value;

	switch (slot) {
	case EXIT_REASON_IO_INSTRUCTION:
		value = kes_vmx_qual(vcpu);
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
		value = (u32)vcpu->arch.regs[VCPU_REGS_RAX];
		break;
	case EXIT_REASON_VMCALL:
		value = vcpu->arch.regs[VCPU_REGS_RAX];
		break;
	case EXIT_REASON_EXCEPTION_NMI:
	case EXIT_REASON_EXTERNAL_INTERRUPT:
		value = kes_vmx_intr_info(vcpu) & 0xff;
		break;
	case EXIT_REASON_CR_ACCESS:
		value = kes_vmx_qual(vcpu) & 0x3f;
		break;
	case EXIT_REASON_APIC_ACCESS:
	case EXIT_REASON_APIC_WRITE:
		value = kes_vmx_qual(vcpu) & 0xfff;
		break;
	case EXIT_REASON_EOI_INDUCED:
		value = kes_vmx_qual(vcpu) & 0xff;
		break;
	case EXIT_REASON_EPT_VIOLATION:
	case EXIT_REASON_EPT_MISCONFIG:
		value = kes_vmx_gpa() >> PAGE_SHIFT;
		table = KES_PAGES;
		break;
	default:
		return;
	}
	kes_detail_count(kes, table, slot, value);
}

#endif /* KES_DETAIL_VMX_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: reading the VMCS of the vCPU that exited, in the module.
 * At KVM's tracepoints, it is the current VMCS. A patched KVM uses module/vmcs.h
 * instead, which reads through KVM's cache.
 */
#ifndef KES_VMCS_H
#define KES_VMCS_H

#include <linux/types.h>

#include <asm/vmx.h>

struct kvm_vcpu;

static inline u64 kes_vmread(unsigned long field)
{
	unsigned long value;

	asm volatile("vmread %1, %0" : "=r" (value) : "r" (field) : "cc");
	return value;
}

static inline u64 kes_vmx_qual(struct kvm_vcpu *vcpu)
{
	return kes_vmread(EXIT_QUALIFICATION);
}

static inline u32 kes_vmx_intr_info(struct kvm_vcpu *vcpu)
{
	return kes_vmread(VM_EXIT_INTR_INFO);
}

static inline u64 kes_vmx_gpa(void)
{
	return kes_vmread(GUEST_PHYSICAL_ADDRESS);
}

#endif /* KES_VMCS_H */

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

/*
 * Read a field of the current VMCS. Return false if there is none, or if it has
 * no such field: VMREAD then sets CF or ZF.
 */
static __always_inline bool kes_try_vmread(unsigned long field,
					   unsigned long *value)
{
	bool read;

	asm volatile("vmread %2, %1" : "=@cca" (read), "=r" (*value)
		     : "r" (field));
	return read;
}

static inline u64 kes_vmread(unsigned long field)
{
	unsigned long value;

	return kes_try_vmread(field, &value) ? value : 0;
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

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: reading the VMCS of the vCPU that exited, in a patched
 * KVM. KVM caches the exit qualification and the interruption information, so
 * its handlers do not read them again. kvm-exit-stats.ko has its own vmcs.h.
 */
#ifndef KES_VMCS_H
#define KES_VMCS_H

#include "vmx/vmx.h"

static inline u64 kes_vmx_qual(struct kvm_vcpu *vcpu)
{
	return vmx_get_exit_qual(vcpu);
}

static inline u32 kes_vmx_intr_info(struct kvm_vcpu *vcpu)
{
	return vmx_get_intr_info(vcpu);
}

static inline u64 kes_vmx_gpa(void)
{
	return vmcs_read64(GUEST_PHYSICAL_ADDRESS);
}

#endif /* KES_VMCS_H */

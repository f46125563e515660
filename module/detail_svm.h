/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the detail of an SVM exit, read from the VMCB.
 */
#ifndef KES_DETAIL_SVM_H
#define KES_DETAIL_SVM_H

#include <linux/kvm_host.h>

#include <asm/svm.h>

#include "detail.h"

/* APM volume 2, 15.7 to 15.25: EXITINFO1 and EXITINFO2 */
static noinline void
kes_detail_svm(struct kes_vcpu *kes, const struct kvm_vcpu *vcpu,
	       const struct vmcb_control_area *control, unsigned int slot)
{
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
	kes_detail_count(kes, table, slot, value);
}

#endif /* KES_DETAIL_SVM_H */

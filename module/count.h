/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the hot path, inlined into whoever sees an exit.
 *
 * Runs in the vCPU's own thread with interrupts off. No lock, no atomic, no
 * allocation, no printk; nothing at all but a nop while counting is off.
 */
#ifndef KES_COUNT_H
#define KES_COUNT_H

#include <linux/compiler.h>
#include <linux/jump_label.h>

#include "engine.h"

DECLARE_STATIC_KEY_FALSE(kes_count_key);

static __always_inline void kes_count_slot(struct kes_vcpu *vcpu,
					   unsigned int slot,
					   enum kes_context context)
{
	u64 *n = &vcpu->counts.n[context][slot];

	/* Single writer; a reader elsewhere must not see a torn value. */
	WRITE_ONCE(*n, *n + 1);
}

/* @code: bits 15:0 of the VMCS exit-reason field */
static __always_inline void kes_count_vmx(struct kes_vcpu *vcpu, u16 code,
					  bool nested)
{
	unsigned int slot = KES_SLOT_UNKNOWN;

	if (likely(code < KES_VMX_NEAR))
		slot = kes_vmx_slots[code];
	if (unlikely(slot == KES_SLOT_UNKNOWN))
		WRITE_ONCE(vcpu->counts.unknown_last, code);
	kes_count_slot(vcpu, slot, nested ? KES_L2 : KES_L1);
}

/* @code: low half of the VMCB's EXITCODE */
static __always_inline void kes_count_svm(struct kes_vcpu *vcpu, u32 code,
					  bool nested)
{
	unsigned int slot;

	if (likely(code < KES_SVM_NEAR))
		slot = kes_svm_slots[code];
	else
		slot = kes_svm_far_slot(code);
	if (unlikely(slot == KES_SLOT_UNKNOWN))
		WRITE_ONCE(vcpu->counts.unknown_last, code);
	kes_count_slot(vcpu, slot, nested ? KES_L2 : KES_L1);
}

#endif /* KES_COUNT_H */

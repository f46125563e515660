/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the hot path, inlined into whoever sees an exit.
 *
 * Runs in the vCPU's own thread. No lock, no atomic, no allocation, no printk;
 * nothing at all but a nop while counting is off. There is a single writer, so
 * that the increments need no lock prefix.
 */
#ifndef KES_COUNT_H
#define KES_COUNT_H

#include <linux/compiler.h>
#include <linux/jump_label.h>
#include <linux/minmax.h>

#include "engine.h"

DECLARE_STATIC_KEY_FALSE(kes_count_key);
DECLARE_STATIC_KEY_FALSE(kes_more_key);

/* One instruction, which no reader elsewhere can see half done. */
static __always_inline void kes_inc(u64 *n)
{
	asm("incq %0" : "+m" (*n));
}

static __always_inline void kes_count_exit(struct kes_vcpu *vcpu,
					   unsigned int slot)
{
	u64 *n = &vcpu->columns[KES_EXITS][slot];

	vcpu->last = n;
	kes_inc(n);
}

/* @code: bits 15:0 of the VMCS exit-reason field; returns the slot */
static __always_inline unsigned int kes_count_vmx(struct kes_vcpu *vcpu,
						  u32 code)
{
	unsigned int slot = KES_SLOT_UNKNOWN;

	if (likely(code < KES_VMX_NEAR))
		slot = kes_vmx_slots[code];
	if (unlikely(slot == KES_SLOT_UNKNOWN))
		WRITE_ONCE(vcpu->unknown_last, code);
	kes_count_exit(vcpu, slot);
	return slot;
}

/* @code: low half of the VMCB's EXITCODE; returns the slot */
static __always_inline unsigned int kes_count_svm(struct kes_vcpu *vcpu,
						  u32 code)
{
	unsigned int slot;

	if (likely(code < KES_SVM_NEAR))
		slot = kes_svm_slots[code];
	else
		slot = kes_svm_far_slot(code);
	if (unlikely(slot == KES_SLOT_UNKNOWN))
		WRITE_ONCE(vcpu->unknown_last, code);
	kes_count_exit(vcpu, slot);
	return slot;
}

/* What became of the last exit, said at most once. */
static __always_inline void kes_count_fate(struct kes_vcpu *vcpu,
					   enum kes_column column)
{
	u64 *last = vcpu->last;

	if (last)
		kes_inc(last + column * KES_NR_SLOTS);
	vcpu->last = NULL;
}

/*
 * Only L2's columns have a place for this. Counting may have been off while L2
 * exited, and @last may be of L1's last exit before that.
 */
static __always_inline void kes_count_reflected(struct kes_vcpu *vcpu)
{
	u64 *l2 = (u64 *)vcpu->l2;

	if (l2 && vcpu->last >= l2 && vcpu->last < l2 + KES_NR_SLOTS)
		kes_count_fate(vcpu, KES_REFLECTED);
}

static __always_inline void kes_count_userspace(struct kes_vcpu *vcpu,
						u32 reason)
{
	kes_count_fate(vcpu, KES_USERSPACE);
	kes_inc(&vcpu->userspace[min_t(u32, reason, KES_NR_USERSPACE - 1)]);
}

#endif /* KES_COUNT_H */

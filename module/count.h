/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the hot path, inlined into whoever sees an exit.
 *
 * Runs in the vCPU's own thread. No lock, no atomic, no allocation, no printk;
 * nothing at all but a nop while counting is off. There is a single writer, so
 * that the increments need no lock prefix.
 *
 * What became of an exit is known after it was counted, and only of the last
 * one: it is remembered as a slot, one store per exit. When the context changes
 * in between the slot is turned into the place in the counters that it means.
 */
#ifndef KES_COUNT_H
#define KES_COUNT_H

#include <linux/compiler.h>
#include <linux/jump_label.h>
#include <linux/kvm.h>
#include <linux/minmax.h>

#include "engine.h"

DECLARE_STATIC_KEY_FALSE(kes_count_key);
/* On while time or detail is: one nop for both where exits are counted. */
DECLARE_STATIC_KEY_FALSE(kes_more_key);

/* One instruction, which no reader elsewhere can see half done. */
static __always_inline void kes_inc(u64 *n)
{
	asm("incq %0" : "+m" (*n));
}

/* The same for a sum. */
static __always_inline void kes_add_to(u64 *n, u64 value)
{
	asm("addq %1, %0" : "+m" (*n) : "r" (value));
}

static __always_inline void kes_count_slot(struct kes_hot *hot,
					   unsigned long slot)
{
	hot->last = slot;
	kes_inc(&hot->exits[slot]);
}

/* An exit with a code that is in no row. */
void kes_count_unknown(struct kes_hot *hot, u32 code);

/* @code: bits 15:0 of the VMCS exit-reason field, its own slot if small */
static __always_inline void kes_count_vmx(struct kes_hot *hot, u32 code)
{
	if (likely(code < KES_VMX_NEAR))
		kes_count_slot(hot, code);
	else
		kes_count_unknown(hot, code);
}

/* @code: low half of the VMCB's EXITCODE */
static __always_inline void kes_count_svm(struct kes_hot *hot, u32 code)
{
	unsigned int slot;

	if (likely(code < KES_SVM_NEAR))
		slot = kes_svm_slots[code];
	else
		slot = kes_svm_far_slot(code);
	if (likely(slot != KES_SLOT_UNKNOWN))
		kes_count_slot(hot, slot);
	else
		kes_count_unknown(hot, code);
}

/* The place of the last exit in the counters, NULL if nothing is to be added. */
static inline u64 *kes_last_exit(const struct kes_hot *hot)
{
	return hot->last == KES_NO_SLOT ? hot->pending : hot->exits + hot->last;
}

static inline void kes_forget_last(struct kes_hot *hot)
{
	hot->last = KES_NO_SLOT;
	hot->pending = NULL;
}

/* From now on exits are counted in @exits. */
static inline void kes_set_context(struct kes_hot *hot, u64 *exits)
{
	hot->pending = kes_last_exit(hot);
	hot->last = KES_NO_SLOT;
	hot->exits = exits;
}

/* Count the disposition of the last exit, at most once per exit. */
static inline void kes_count_disposition(struct kes_hot *hot,
					 enum kes_column column)
{
	u64 *last = kes_last_exit(hot);

	if (last)
		kes_inc(last + column * KES_NR_SLOTS);
	kes_forget_last(hot);
}

/*
 * Only L2's columns have a place for this. Counting may have been off while L2
 * exited, and the last exit that was counted may be one of L1's before that.
 */
static inline void kes_count_reflected(struct kes_hot *hot)
{
	u64 *l2 = (u64 *)hot->vcpu->l2;
	u64 *last = kes_last_exit(hot);

	if (l2 && last >= l2 && last < l2 + KES_NR_SLOTS)
		kes_count_disposition(hot, KES_REFLECTED);
}

/* @reason: KVM_EXIT_*, if @r, the value of KVM_RUN, says no error */
static inline void kes_count_userspace(struct kes_hot *hot, u32 reason, int r)
{
	if (r < 0)
		reason = r == -EINTR ? KVM_EXIT_INTR : KVM_EXIT_UNKNOWN;
	kes_count_disposition(hot, KES_USERSPACE);
	kes_inc(&hot->vcpu->userspace[min_t(u32, reason,
					    KES_NR_USERSPACE - 1)]);
}

#endif /* KES_COUNT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the hot path, inlined where exits are seen.
 *
 * Runs in the vCPU's own thread without locks, atomics, allocations or printk.
 * While counting is off, it is a jump over the code: counting is meant to stay
 * on, so its code is inline, not at the end of the function, which would take
 * two jumps while it is on. Each counter has a single writer, so the increments
 * need no lock prefix.
 *
 * The disposition of an exit becomes known after the exit was counted, and
 * only for the last exit. The slot of the last exit is therefore stored, one
 * store per exit. When the context changes before the disposition is known,
 * the slot is converted to a pointer to its counter.
 */
#ifndef KES_COUNT_H
#define KES_COUNT_H

#include <linux/compiler.h>
#include <linux/instrumented.h>
#include <linux/jump_label.h>
#include <linux/nospec.h>

#include "engine.h"

DECLARE_STATIC_KEY_FALSE(kes_count_key);
/* Enabled while time or detail is on, so that both cost a single nop. */
DECLARE_STATIC_KEY_FALSE(kes_more_key);

/*
 * Increment with one instruction, so that readers never see a torn value.
 * KASAN and KCSAN do not see the assembler's access, so it is declared.
 */
static __always_inline void kes_inc(u64 *n)
{
	instrument_atomic_read_write(n, sizeof(*n));
	asm("incq %0" : "+m" (*n));
}

/* Add with one instruction, see kes_inc(). */
static __always_inline void kes_add_to(u64 *n, u64 value)
{
	instrument_atomic_read_write(n, sizeof(*n));
	asm("addq %1, %0" : "+m" (*n) : "r" (value));
}

/* The barriers here cost nothing: seen.c relies on the order of the stores. */
static __always_inline void kes_count_slot(struct kes_hot *hot,
					   unsigned long slot)
{
	hot->last = slot;
	barrier();
	kes_inc(&hot->exits[slot]);
}

/* Count an exit whose code is not in exits.def. */
void kes_count_unknown(struct kes_hot *hot, u32 code);

/* Count an exit with a large code or with flags. */
void kes_count_vmx_slow(struct kes_hot *hot, u32 reason);

/* @reason: the VMCS exit-reason field; a small code without flags is its slot */
static __always_inline void kes_count_vmx(struct kes_hot *hot, u32 reason)
{
	if (likely(reason < KES_VMX_NEAR))
		kes_count_slot(hot, reason);
	else
		kes_count_vmx_slow(hot, reason);
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

/* Return the counter of the last exit, NULL if its disposition is known. */
static inline u64 *kes_last_exit(const struct kes_hot *hot)
{
	return hot->last == KES_NO_SLOT ? hot->pending : hot->exits + hot->last;
}

static inline void kes_forget_last(struct kes_hot *hot)
{
	hot->last = KES_NO_SLOT;
	hot->pending = NULL;
}

/* Count further exits in @exits. */
static inline void kes_set_context(struct kes_hot *hot, u64 *exits)
{
	hot->pending = kes_last_exit(hot);
	barrier();
	hot->last = KES_NO_SLOT;
	hot->exits = exits;
}

/*
 * The vCPU enters or leaves L2. While it has no counters, another thread may
 * install them: it sees the new context, or the counters are seen here.
 */
static inline void kes_enter_context(struct kes_hot *hot, bool l2)
{
	struct kes_vcpu *vcpu;

	WRITE_ONCE(hot->in_l2, l2);
	vcpu = READ_ONCE(hot->vcpu);
	if (!vcpu) {
		/* Pairs with kes_install_counters(). */
		smp_mb();
		vcpu = READ_ONCE(hot->vcpu);
	}
	if (vcpu && !WARN_ON_ONCE(l2 && !vcpu->l2))
		kes_set_context(hot, l2 ? vcpu->l2[KES_EXITS] :
					  vcpu->l1[KES_EXITS]);
}

/*
 * Count a fastpath for the last exit, which was just counted. @pending is not
 * cleared: the guest is entered, so another exit or kes_forget_last() follows.
 */
static __always_inline void kes_count_fastpath(struct kes_hot *hot)
{
	unsigned long last = hot->last;

	if (likely(last != KES_NO_SLOT)) {
		kes_inc(&hot->exits[KES_FASTPATH * KES_NR_SLOTS + last]);
		barrier();
		hot->last = KES_NO_SLOT;
	}
}

/* Count the disposition of the last exit, at most once per exit. */
static inline void kes_count_disposition(struct kes_hot *hot,
					 enum kes_column column)
{
	unsigned long last = hot->last;

	if (likely(last != KES_NO_SLOT))
		kes_inc(&hot->exits[column * KES_NR_SLOTS + last]);
	else if (hot->pending)
		kes_inc(hot->pending + column * KES_NR_SLOTS);
	barrier();
	kes_forget_last(hot);
}

/*
 * Count a VM exit that L1 receives, under @code, the reason that L1 sees. If an
 * exit of L2 has no disposition yet, this is its disposition.
 */
void kes_count_received(struct kes_hot *hot, u32 code);

/* What was counted before does not change any more, see seen.c. */
static inline void kes_count_event(struct kes_vcpu *vcpu)
{
	barrier();
	kes_inc(&vcpu->events);
}

/* Count a return of KVM_RUN in counter @i of @userspace. */
static __always_inline void kes_count_return(struct kes_hot *hot,
					     unsigned long i)
{
	struct kes_vcpu *vcpu = hot->vcpu;

	kes_count_disposition(hot, KES_USERSPACE);
	kes_inc(&vcpu->userspace[array_index_nospec(i, KES_NR_USERSPACE)]);
	kes_count_event(vcpu);
}

/* Count a return of KVM_RUN. @reason: run->exit_reason, @r: the return value */
void kes_count_userspace(struct kes_hot *hot, u32 reason, int r);

#endif /* KES_COUNT_H */

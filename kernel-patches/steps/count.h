count    |/* SPDX-License-Identifier: GPL-2.0-only */
count    |/*
count    | * KVM exit statistics: the hot path, inlined where exits are seen.
count    | *
count    | * Runs in the vCPU's own thread without locks, atomics, allocations or printk.
count    | * While counting is off, it is a jump over the code: counting is meant to stay
count    | * on, so its code is inline, not at the end of the function, which would take
count    | * two jumps while it is on. Each counter has a single writer, so the increments
count    | * need no lock prefix.
disposition| *
disposition| * The disposition of an exit becomes known after the exit was counted, and
disposition| * only for the last exit. The slot of the last exit is therefore stored, one
disposition-nested| * store per exit.
nested   | * store per exit. When the context changes before the disposition is known,
nested   | * the slot is converted to a pointer to its counter.
count    | */
count    |#ifndef KES_COUNT_H
count    |#define KES_COUNT_H
count    |
count    |#include <linux/compiler.h>
count    |#include <linux/instrumented.h>
count    |#include <linux/jump_label.h>
disposition|#include <linux/nospec.h>
count    |
count    |#include "engine.h"
count    |
count    |DECLARE_STATIC_KEY_FALSE(kes_count_key);
time     |/* Enabled while time or detail is on, so that both cost a single nop. */
time     |DECLARE_STATIC_KEY_FALSE(kes_more_key);
count    |
count    |/*
count    | * Increment with one instruction, so that readers never see a torn value.
count    | * KASAN and KCSAN do not see the assembler's access, so it is declared.
count    | */
count    |static __always_inline void kes_inc(u64 *n)
count    |{
count    |	instrument_atomic_read_write(n, sizeof(*n));
count    |	asm("incq %0" : "+m" (*n));
count    |}
time     |
time     |/* Add with one instruction, see kes_inc(). */
time     |static __always_inline void kes_add_to(u64 *n, u64 value)
time     |{
time     |	instrument_atomic_read_write(n, sizeof(*n));
time     |	asm("addq %1, %0" : "+m" (*n) : "r" (value));
time     |}
count    |
changes  |/* The barriers here cost nothing: seen.c relies on the order of the stores. */
count    |static __always_inline void kes_count_slot(struct kes_hot *hot,
count    |					   unsigned long slot)
count    |{
disposition|	hot->last = slot;
changes  |	barrier();
count    |	kes_inc(&hot->exits[slot]);
count    |}
count    |
count    |/* Count an exit whose code is not in exits.def. */
count    |void kes_count_unknown(struct kes_hot *hot, u32 code);
count    |
count    |/* Count an exit with a large code or with flags. */
count    |void kes_count_vmx_slow(struct kes_hot *hot, u32 reason);
count    |
count    |/* @reason: the VMCS exit-reason field; a small code without flags is its slot */
count    |static __always_inline void kes_count_vmx(struct kes_hot *hot, u32 reason)
count    |{
count    |	if (likely(reason < KES_VMX_NEAR))
count    |		kes_count_slot(hot, reason);
count    |	else
count    |		kes_count_vmx_slow(hot, reason);
count    |}
count    |
count    |/* @code: low half of the VMCB's EXITCODE */
count    |static __always_inline void kes_count_svm(struct kes_hot *hot, u32 code)
count    |{
count    |	unsigned int slot;
count    |
count    |	if (likely(code < KES_SVM_NEAR))
count    |		slot = kes_svm_slots[code];
count    |	else
count    |		slot = kes_svm_far_slot(code);
count    |	if (likely(slot != KES_SLOT_UNKNOWN))
count    |		kes_count_slot(hot, slot);
count    |	else
count    |		kes_count_unknown(hot, code);
count    |}
disposition|
nested   |/* Return the counter of the last exit, NULL if its disposition is known. */
nested   |static inline u64 *kes_last_exit(const struct kes_hot *hot)
nested   |{
nested   |	return hot->last == KES_NO_SLOT ? hot->pending : hot->exits + hot->last;
nested   |}
nested   |
disposition|static inline void kes_forget_last(struct kes_hot *hot)
disposition|{
disposition|	hot->last = KES_NO_SLOT;
nested   |	hot->pending = NULL;
disposition|}
nested   |
nested   |/* Count further exits in @exits. */
nested   |static inline void kes_set_context(struct kes_hot *hot, u64 *exits)
nested   |{
nested   |	hot->pending = kes_last_exit(hot);
changes  |	barrier();
nested   |	hot->last = KES_NO_SLOT;
nested   |	hot->exits = exits;
nested   |}
disposition|
nested   |/*
nested   | * The vCPU enters or leaves L2. While it has no counters, another thread may
nested   | * install them: it sees the new context, or the counters are seen here.
nested   | */
nested   |static inline void kes_enter_context(struct kes_hot *hot, bool l2)
nested   |{
nested   |	struct kes_vcpu *vcpu;
nested   |
nested   |	WRITE_ONCE(hot->in_l2, l2);
nested   |	vcpu = READ_ONCE(hot->vcpu);
nested   |	if (!vcpu) {
nested   |		/* Pairs with kes_install_counters(). */
nested   |		smp_mb();
nested   |		vcpu = READ_ONCE(hot->vcpu);
nested   |	}
nested   |	if (vcpu && !WARN_ON_ONCE(l2 && !vcpu->l2))
nested   |		kes_set_context(hot, l2 ? vcpu->l2[KES_EXITS] :
nested   |					  vcpu->l1[KES_EXITS]);
nested   |}
disposition|
disposition|/*
disposition| * Count a fastpath for the last exit, which was just counted. @pending is not
disposition| * cleared: the guest is entered, so another exit or kes_forget_last() follows.
disposition| */
disposition|static __always_inline void kes_count_fastpath(struct kes_hot *hot)
disposition|{
disposition|	unsigned long last = hot->last;
disposition|
disposition|	if (likely(last != KES_NO_SLOT)) {
disposition|		kes_inc(&hot->exits[KES_FASTPATH * KES_NR_SLOTS + last]);
changes  |		barrier();
disposition|		hot->last = KES_NO_SLOT;
disposition|	}
disposition|}
disposition|
disposition|/* Count the disposition of the last exit, at most once per exit. */
disposition|static inline void kes_count_disposition(struct kes_hot *hot,
disposition|					 enum kes_column column)
disposition|{
disposition|	unsigned long last = hot->last;
disposition|
disposition|	if (likely(last != KES_NO_SLOT))
disposition|		kes_inc(&hot->exits[column * KES_NR_SLOTS + last]);
nested   |	else if (hot->pending)
nested   |		kes_inc(hot->pending + column * KES_NR_SLOTS);
changes  |	barrier();
disposition|	kes_forget_last(hot);
disposition|}
nested   |
nested   |/*
nested   | * Count a VM exit that L1 receives, under @code, the reason that L1 sees. If an
nested   | * exit of L2 has no disposition yet, this is its disposition.
nested   | */
nested   |void kes_count_received(struct kes_hot *hot, u32 code);
disposition|
changes  |/* What was counted before does not change any more, see seen.c. */
changes  |static inline void kes_count_event(struct kes_vcpu *vcpu)
changes  |{
changes  |	barrier();
changes  |	kes_inc(&vcpu->events);
changes  |}
changes  |
disposition|/* Count a return of KVM_RUN in counter @i of @userspace. */
disposition|static __always_inline void kes_count_return(struct kes_hot *hot,
disposition|					     unsigned long i)
disposition|{
disposition|	struct kes_vcpu *vcpu = hot->vcpu;
disposition|
disposition|	kes_count_disposition(hot, KES_USERSPACE);
disposition|	kes_inc(&vcpu->userspace[array_index_nospec(i, KES_NR_USERSPACE)]);
changes  |	kes_count_event(vcpu);
disposition|}
disposition|
disposition|/* Count a return of KVM_RUN. @reason: run->exit_reason, @r: the return value */
disposition|void kes_count_userspace(struct kes_hot *hot, u32 reason, int r);
count    |
count    |#endif /* KES_COUNT_H */

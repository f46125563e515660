time     |/* SPDX-License-Identifier: GPL-2.0-only */
time     |/*
time     | * KVM exit statistics: the time of a vCPU's thread by state.
time     | *
time     | * The thread is in one state at a time. Each change of state charges the
time     | * cycles since the last change to the old state, under the reason of the last
time     | * exit. All parts therefore add up to the time between the first and the last
time     | * change. Cycles are TSC cycles; readers convert them.
time     | *
time     | * guest	from just before the VM entry to just after the VM exit
time     | * handler	in KVM, including host interrupts taken there
time     | * userspace	outside KVM_RUN
time     | * polling	halted, spinning for an event
time     | * blocked	halted, or waiting for INIT or SIPI, asleep
time     | * preempted	in KVM_RUN, runnable, but without a CPU
time     | * sleeping	in KVM_RUN, asleep although not halted (I/O, a mutex)
time     | *
time     | * All changes of state run in the thread itself. A context switch may
time     | * interrupt another change, so changes that run with preemption enabled
time     | * disable it. A reader retries if a change was made while it read (@seq).
time     | *
time     | * The TSC may go backwards (a resumed host, unsynchronized sockets). A negative
time     | * step is not charged but counted; the parts then still add up, because
time     | * @first_cyc moves by the same step.
time     | */
time     |#ifndef KES_TIME_H
time     |#define KES_TIME_H
time     |
time     |#include <linux/log2.h>
time     |#include <linux/preempt.h>
time     |#include <linux/seqlock.h>
time     |#include <linux/types.h>
time     |
time     |#include <asm/tsc.h>
time     |
time     |#include "count.h"
time     |
time     |DECLARE_STATIC_KEY_FALSE(kes_time_key);
histogram|DECLARE_STATIC_KEY_FALSE(kes_histogram_key);
histogram|
histogram|/* Handler time per exit, in powers of two cycles */
histogram|struct kes_histogram {
histogram|	struct rcu_head rcu;	/* must be first */
histogram|	u64 n[KES_NR_TIME_SLOTS][KES_NR_BUCKETS];
histogram|};
time     |
time     |/**
time     | * struct kes_time - the time of one vCPU
time     | * @rcu: to free it
time     | * @first_cyc: the first change of state, 0 if there was none yet
time     | * @last_cyc: the last change of state, 0 if there was none yet
time     | * @handling_cyc: start of the current handling interval, moved forward by the
time     | *	time spent outside the handler
time     | * @state: KES_STATE_*
time     | * @before: the state to restore when the thread is scheduled in again
time     | * @slot: the reason that is charged: KES_NO_SLOT before the first exit,
time     | *	KES_SLOT_EMULATED or KES_SLOT_ENTRY_FAILED after an attempt without one
time     | * @seq: odd while a change of state is made
time     | * @guest_cyc: guest time
time     | * @backwards: negative steps of the TSC
time     | * @histogram: NULL while histogram is off
time     | * @cyc: non-guest time by reason and state, KES_STATE_HANDLER first
time     | * @max_cyc: longest handler time of one exit
time     | */
time     |struct kes_time {
time     |	struct rcu_head rcu;	/* must be first */
time     |	u64 first_cyc;
time     |	u64 last_cyc;
time     |	u64 handling_cyc;
time     |	u32 state;
time     |	u32 before;
time     |	u32 slot;
time     |	seqcount_t seq;
time     |	u64 guest_cyc;
time     |	u64 backwards;
histogram|	struct kes_histogram *histogram;
time     |	u64 cyc[KES_NR_TIME_SLOTS][KES_NR_STATES - 1];
time     |	u64 max_cyc[KES_NR_TIME_SLOTS];
time     |};
time     |
time     |static_assert(KES_STATE_GUEST == 0, "cyc[] has all states except guest");
time     |
time     |/*
time     | * Charge the time since the last change of state to the current state. Called
time     | * between kes_time_begin() and kes_time_end().
time     | */
time     |void kes_time_charge(struct kes_time *time, u64 now);
time     |
time     |/*
time     | * Changes of state are not preempted and do not nest, so a reader waits for
time     | * them only briefly.
time     | */
time     |static __always_inline void kes_time_begin(struct kes_time *time)
time     |{
time     |	raw_write_seqcount_begin(&time->seq);
time     |}
time     |
time     |static __always_inline void kes_time_end(struct kes_time *time)
time     |{
time     |	raw_write_seqcount_end(&time->seq);
time     |}
time     |
time     |/* Charge @now - @last_cyc to @n if @usual, otherwise to the right counter. */
time     |static __always_inline void kes_time_charge_to(struct kes_time *time, u64 *n,
time     |					       bool usual, u64 now)
time     |{
time     |	s64 cyc = now - time->last_cyc;
time     |
time     |	if (likely(usual && cyc >= 0)) {
time     |		kes_add_to(n, cyc);
time     |		WRITE_ONCE(time->last_cyc, now);
time     |	} else {
time     |		kes_time_charge(time, now);
time     |	}
time     |}
time     |
time     |/* End the handling interval of an exit. */
time     |static __always_inline void kes_time_end_handling(struct kes_time *time,
time     |						  unsigned long slot, u64 now)
time     |{
time     |	u64 cyc = now - time->handling_cyc;
time     |
time     |	if (unlikely(cyc > time->max_cyc[slot]))
time     |		WRITE_ONCE(time->max_cyc[slot], cyc);
histogram|	if (static_branch_unlikely(&kes_histogram_key)) {
histogram|		struct kes_histogram *histogram = READ_ONCE(time->histogram);
histogram|		unsigned int bucket = fls64(cyc);
histogram|
histogram|		if (histogram)
histogram|			kes_inc(&histogram->n[slot]
histogram|				[min_t(unsigned int, bucket, KES_NR_BUCKETS - 1)]);
histogram|	}
time     |}
time     |
time     |/* Called with interrupts disabled, right before the VM entry. */
time     |static __always_inline void kes_time_enter_guest(struct kes_vcpu *vcpu)
time     |{
time     |	struct kes_time *time = READ_ONCE(vcpu->time);
time     |	unsigned long slot;
time     |	u64 now;
time     |
time     |	if (!time)
time     |		return;
time     |	now = rdtsc();
time     |	slot = time->slot;
time     |	kes_time_begin(time);
time     |	kes_time_charge_to(time, &time->cyc[slot][KES_STATE_HANDLER - 1],
time     |			   time->state == KES_STATE_HANDLER, now);
time     |	kes_time_end_handling(time, slot, now);
time     |	WRITE_ONCE(time->state, KES_STATE_GUEST);
time     |	kes_time_end(time);
time     |}
time     |
time     |/* Called with interrupts disabled, right after an exit with reason @slot. */
time     |static __always_inline void kes_time_exit_guest(struct kes_vcpu *vcpu,
time     |						unsigned int slot)
time     |{
time     |	struct kes_time *time = READ_ONCE(vcpu->time);
time     |	u64 now;
time     |
time     |	if (!time)
time     |		return;
time     |	now = rdtsc();
time     |	kes_time_begin(time);
time     |	kes_time_charge_to(time, &time->guest_cyc,
time     |			   time->state == KES_STATE_GUEST, now);
time     |	time->handling_cyc = now;
time     |	WRITE_ONCE(time->slot, slot);
time     |	WRITE_ONCE(time->state, KES_STATE_HANDLER);
time     |	kes_time_end(time);
time     |}
time     |
time     |/* Changes of state off the hot path; preemption may be enabled. */
time     |void kes_time_set(struct kes_vcpu *vcpu, u32 state);
time     |void kes_time_sched_out(struct kes_vcpu *vcpu, bool preempted);
time     |void kes_time_sched_in(struct kes_vcpu *vcpu);
time     |
time     |/*
time     | * Copy the times of a vCPU that may run, as of one moment; without @histogram
time     | * and what only the thread uses.
time     | */
time     |void kes_time_copy(struct kes_time *to, const struct kes_time *from);
time     |
time     |/* Initialize a zeroed struct kes_time. */
time     |void kes_time_init(void *memory);
time     |
time     |#endif /* KES_TIME_H */

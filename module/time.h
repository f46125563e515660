/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: where a vCPU thread's time goes.
 *
 * The thread is in one state at a time; each change of state charges the
 * cycles since the last one to the state that ends, under the reason of the
 * exit that brought the thread there. So the parts add up to the time between
 * the first and the last change, whatever happens in between. Cycles are the
 * TSC's; readers convert.
 *
 * guest	from just before the VM entry to just after the VM exit
 * handler	in KVM, host interrupts taken there included
 * userspace	outside KVM_RUN
 * halt poll	halted, spinning for an event
 * halt block	halted, asleep
 * preempted	wanted to run in KVM and did not (or slept there)
 *
 * Changes of state come from the thread itself. The scheduler's may come in
 * the middle of one of the others, so those that run with preemption enabled
 * disable it.
 */
#ifndef KES_TIME_H
#define KES_TIME_H

#include <linux/log2.h>
#include <linux/preempt.h>

#include <asm/tsc.h>

#include "count.h"

DECLARE_STATIC_KEY_FALSE(kes_time_key);
DECLARE_STATIC_KEY_FALSE(kes_histogram_key);

/* Handler time of one exit, by its power of two in cycles. */
struct kes_histogram {
	u64 n[KES_NR_SLOTS + 1][KES_NR_BUCKETS];
};

/**
 * struct kes_time - the time of one vCPU
 * @last_cyc: of the last change of state, 0 before the first
 * @handling_cyc: when the handler would have begun to deal with the last exit,
 *	had nothing but it run since
 * @state: KES_STATE_*
 * @before: the state to return to when the thread gets the CPU back
 * @slot: the reason that is charged, KES_NO_SLOT before the first exit
 * @guest_cyc: total
 * @cyc: non-guest time by reason and state, KES_STATE_HANDLER first
 * @max_cyc: longest handler time of one exit
 */
struct kes_time {
	u64 first_cyc;
	u64 last_cyc;
	u64 handling_cyc;
	u32 state;
	u32 before;
	u32 slot;
	u64 guest_cyc;
	struct kes_histogram *histogram;
	u64 cyc[KES_NR_SLOTS + 1][KES_NR_STATES - 1];
	u64 max_cyc[KES_NR_SLOTS + 1];
};

static_assert(KES_STATE_GUEST == 0, "cyc[] leaves it out");

/* Ends the state that the thread is in, whichever it is. */
void kes_time_charge(struct kes_time *time, u64 now);

/* The exit is dealt with: account for it as one. */
static __always_inline void kes_time_end_handling(struct kes_time *time,
						  unsigned long slot, u64 now)
{
	u64 cyc = now - time->handling_cyc;

	if (unlikely(cyc > time->max_cyc[slot]))
		WRITE_ONCE(time->max_cyc[slot], cyc);
	if (static_branch_unlikely(&kes_histogram_key) && time->histogram) {
		unsigned int bucket = fls64(cyc);

		kes_inc(&time->histogram->n[slot]
			[min_t(unsigned int, bucket, KES_NR_BUCKETS - 1)]);
	}
}

/* Interrupts are off, and the guest is about to run. */
static __always_inline void kes_time_enter_guest(struct kes_vcpu *vcpu)
{
	struct kes_time *time = READ_ONCE(vcpu->time);
	unsigned long slot;
	u64 now = rdtsc();

	if (unlikely(!time))
		return;
	slot = time->slot;
	if (likely(time->state == KES_STATE_HANDLER))
		kes_add_to(&time->cyc[slot][KES_STATE_HANDLER - 1],
			   now - time->last_cyc);
	else
		kes_time_charge(time, now);
	WRITE_ONCE(time->last_cyc, now);
	kes_time_end_handling(time, slot, now);
	time->state = KES_STATE_GUEST;
}

/* Interrupts are off, the guest has just exited for the reason of @slot. */
static __always_inline void kes_time_exit_guest(struct kes_vcpu *vcpu,
						unsigned int slot)
{
	struct kes_time *time = READ_ONCE(vcpu->time);
	u64 now = rdtsc();

	if (unlikely(!time))
		return;
	if (likely(time->state == KES_STATE_GUEST))
		kes_add_to(&time->guest_cyc, now - time->last_cyc);
	else
		kes_time_charge(time, now);
	WRITE_ONCE(time->last_cyc, now);
	time->handling_cyc = now;
	time->slot = slot;
	time->state = KES_STATE_HANDLER;
}

/* The slow changes of state; preemption may be on. */
void kes_time_set(struct kes_vcpu *vcpu, u32 state);
void kes_time_sched_out(struct kes_vcpu *vcpu, bool preempted);
void kes_time_sched_in(struct kes_vcpu *vcpu);

/* @memory: of a struct kes_time that is all 0 */
void kes_time_init(void *memory);

#endif /* KES_TIME_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the time of a vCPU's thread by state.
 *
 * The thread is in one state at a time. Each change of state charges the
 * cycles since the last change to the old state, under the reason of the last
 * exit. All parts therefore add up to the time between the first and the last
 * change. Cycles are TSC cycles; readers convert them.
 *
 * guest	from just before the VM entry to just after the VM exit
 * handler	in KVM, including host interrupts taken there
 * userspace	outside KVM_RUN
 * polling	halted, spinning for an event
 * blocked	halted, or waiting for INIT or SIPI, asleep
 * preempted	in KVM_RUN, runnable, but without a CPU
 * sleeping	in KVM_RUN, asleep although not halted (I/O, a mutex)
 *
 * All changes of state run in the thread itself. A context switch may
 * interrupt another change, so changes that run with preemption enabled
 * disable it. A reader retries if a change was made while it read (@seq).
 *
 * The TSC may go backwards (a resumed host, unsynchronized sockets). A negative
 * step is not charged but counted; the parts then still add up, because
 * @first_cyc moves by the same step.
 */
#ifndef KES_TIME_H
#define KES_TIME_H

#include <linux/log2.h>
#include <linux/preempt.h>
#include <linux/seqlock.h>
#include <linux/types.h>

#include <asm/tsc.h>

#include "count.h"

DECLARE_STATIC_KEY_FALSE(kes_time_key);
DECLARE_STATIC_KEY_FALSE(kes_histogram_key);

/* Handler time per exit, in powers of two cycles */
struct kes_histogram {
	struct rcu_head rcu;	/* must be first */
	u64 n[KES_NR_TIME_SLOTS][KES_NR_BUCKETS];
};

/**
 * struct kes_time - the time of one vCPU
 * @rcu: to free it
 * @first_cyc: the first change of state, 0 if there was none yet
 * @last_cyc: the last change of state, 0 if there was none yet
 * @handling_cyc: start of the current handling interval, moved forward by the
 *	time spent outside the handler
 * @state: KES_STATE_*
 * @before: the state to restore when the thread is scheduled in again
 * @slot: the reason that is charged: KES_NO_SLOT before the first exit,
 *	KES_SLOT_EMULATED or KES_SLOT_ENTRY_FAILED after an attempt without one
 * @seq: odd while a change of state is made
 * @guest_cyc: guest time
 * @backwards: negative steps of the TSC
 * @histogram: NULL while histogram is off
 * @cyc: non-guest time by reason and state, KES_STATE_HANDLER first
 * @max_cyc: longest handler time of one exit
 */
struct kes_time {
	struct rcu_head rcu;	/* must be first */
	u64 first_cyc;
	u64 last_cyc;
	u64 handling_cyc;
	u32 state;
	u32 before;
	u32 slot;
	seqcount_t seq;
	u64 guest_cyc;
	u64 backwards;
	struct kes_histogram *histogram;
	u64 cyc[KES_NR_TIME_SLOTS][KES_NR_STATES - 1];
	u64 max_cyc[KES_NR_TIME_SLOTS];
};

static_assert(KES_STATE_GUEST == 0, "cyc[] has all states except guest");

/*
 * Charge the time since the last change of state to the current state. Called
 * between kes_time_begin() and kes_time_end().
 */
void kes_time_charge(struct kes_time *time, u64 now);

/*
 * Changes of state are not preempted and do not nest, so a reader waits for
 * them only briefly.
 */
static __always_inline void kes_time_begin(struct kes_time *time)
{
	raw_write_seqcount_begin(&time->seq);
}

static __always_inline void kes_time_end(struct kes_time *time)
{
	raw_write_seqcount_end(&time->seq);
}

/* Charge @now - @last_cyc to @n if @usual, otherwise to the right counter. */
static __always_inline void kes_time_charge_to(struct kes_time *time, u64 *n,
					       bool usual, u64 now)
{
	s64 cyc = now - time->last_cyc;

	if (likely(usual && cyc >= 0)) {
		kes_add_to(n, cyc);
		WRITE_ONCE(time->last_cyc, now);
	} else {
		kes_time_charge(time, now);
	}
}

/* End the handling interval of an exit. */
static __always_inline void kes_time_end_handling(struct kes_time *time,
						  unsigned long slot, u64 now)
{
	u64 cyc = now - time->handling_cyc;

	if (unlikely(cyc > time->max_cyc[slot]))
		WRITE_ONCE(time->max_cyc[slot], cyc);
	if (static_branch_unlikely(&kes_histogram_key)) {
		struct kes_histogram *histogram = READ_ONCE(time->histogram);
		unsigned int bucket = fls64(cyc);

		if (histogram)
			kes_inc(&histogram->n[slot]
				[min_t(unsigned int, bucket, KES_NR_BUCKETS - 1)]);
	}
}

/* Called with interrupts disabled, right before the VM entry. */
static __always_inline void kes_time_enter_guest(struct kes_vcpu *vcpu)
{
	struct kes_time *time = READ_ONCE(vcpu->time);
	unsigned long slot;
	u64 now;

	if (!time)
		return;
	now = rdtsc();
	slot = time->slot;
	kes_time_begin(time);
	kes_time_charge_to(time, &time->cyc[slot][KES_STATE_HANDLER - 1],
			   time->state == KES_STATE_HANDLER, now);
	kes_time_end_handling(time, slot, now);
	WRITE_ONCE(time->state, KES_STATE_GUEST);
	kes_time_end(time);
}

/* Called with interrupts disabled, right after an exit with reason @slot. */
static __always_inline void kes_time_exit_guest(struct kes_vcpu *vcpu,
						unsigned int slot)
{
	struct kes_time *time = READ_ONCE(vcpu->time);
	u64 now;

	if (!time)
		return;
	now = rdtsc();
	kes_time_begin(time);
	kes_time_charge_to(time, &time->guest_cyc,
			   time->state == KES_STATE_GUEST, now);
	time->handling_cyc = now;
	WRITE_ONCE(time->slot, slot);
	WRITE_ONCE(time->state, KES_STATE_HANDLER);
	kes_time_end(time);
}

/* Changes of state off the hot path; preemption may be enabled. */
void kes_time_set(struct kes_vcpu *vcpu, u32 state);
void kes_time_sched_out(struct kes_vcpu *vcpu, bool preempted);
void kes_time_sched_in(struct kes_vcpu *vcpu);

/*
 * Copy the times of a vCPU that may run, as of one moment; without @histogram
 * and what only the thread uses.
 */
void kes_time_copy(struct kes_time *to, const struct kes_time *from);

/* Initialize a zeroed struct kes_time. */
void kes_time_init(void *memory);

#endif /* KES_TIME_H */

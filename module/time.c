// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: changes of a vCPU thread's state off the hot path, see
 * time.h.
 */
#include <linux/export.h>

#include "time.h"

void kes_time_init(void *memory)
{
	struct kes_time *time = memory;

	seqcount_init(&time->seq);
	time->slot = KES_NO_SLOT;
	time->state = KES_STATE_USERSPACE;
}

/*
 * The TSC went backwards. Moving the starts by the same step keeps the sum of
 * all parts equal to @last_cyc - @first_cyc.
 */
static void kes_time_skip(struct kes_time *time, s64 cyc)
{
	kes_inc(&time->backwards);
	WRITE_ONCE(time->first_cyc, time->first_cyc + cyc);
	time->handling_cyc += cyc;
}

/* Time outside the handler moves the start of the handling interval. */
void kes_time_charge(struct kes_time *time, u64 now)
{
	s64 cyc = time->last_cyc ? now - time->last_cyc : 0;

	if (!time->last_cyc) {
		WRITE_ONCE(time->first_cyc, now);
		time->handling_cyc = now;
	}
	WRITE_ONCE(time->last_cyc, now);
	if (cyc < 0) {
		kes_time_skip(time, cyc);
		return;
	}
	if (time->state == KES_STATE_GUEST)
		kes_add_to(&time->guest_cyc, cyc);
	else
		kes_add_to(&time->cyc[time->slot][time->state - 1], cyc);
	if (time->state != KES_STATE_HANDLER)
		time->handling_cyc += cyc;
}
EXPORT_SYMBOL_GPL(kes_time_charge);

DEFINE_STATIC_KEY_FALSE(kes_time_key);
EXPORT_SYMBOL_GPL(kes_time_key);

DEFINE_STATIC_KEY_FALSE(kes_histogram_key);
EXPORT_SYMBOL_GPL(kes_histogram_key);

/*
 * Begin a change of state off the hot path. Disable preemption, so that the
 * memory of @vcpu's time is not freed. Return NULL if time is off.
 */
static struct kes_time *kes_time_change(struct kes_vcpu *vcpu, u64 *now)
{
	struct kes_time *time;

	preempt_disable();
	time = READ_ONCE(vcpu->time);
	if (!time) {
		preempt_enable();
		return NULL;
	}
	*now = rdtsc();
	kes_time_begin(time);
	return time;
}

static void kes_time_changed(struct kes_time *time)
{
	kes_time_end(time);
	preempt_enable();
}

void kes_time_set(struct kes_vcpu *vcpu, u32 state)
{
	struct kes_time *time;
	u64 now;

	time = kes_time_change(vcpu, &now);
	if (!time)
		return;
	kes_time_charge(time, now);
	WRITE_ONCE(time->state, state);
	kes_time_changed(time);
}

/* Return the state of a thread in @state that is scheduled out. */
static u32 kes_time_out_state(u32 state, bool preempted)
{
	if (preempted)
		return KES_STATE_PREEMPTED;
	return state == KES_STATE_POLLING ? KES_STATE_BLOCKED :
					    KES_STATE_SLEEPING;
}

/* The thread is scheduled out. Outside KVM_RUN, its state does not change. */
void kes_time_sched_out(struct kes_vcpu *vcpu, bool preempted)
{
	struct kes_time *time;
	u32 state;
	u64 now;

	time = kes_time_change(vcpu, &now);
	if (!time)
		return;
	state = time->state;
	if (state == KES_STATE_HANDLER || state == KES_STATE_POLLING) {
		kes_time_charge(time, now);
		time->before = state;
		WRITE_ONCE(time->state, kes_time_out_state(state, preempted));
	}
	kes_time_changed(time);
}

void kes_time_sched_in(struct kes_vcpu *vcpu)
{
	struct kes_time *time;
	u64 now;

	time = kes_time_change(vcpu, &now);
	if (!time)
		return;
	switch (time->state) {
	case KES_STATE_BLOCKED:
	case KES_STATE_PREEMPTED:
	case KES_STATE_SLEEPING:
		kes_time_charge(time, now);
		WRITE_ONCE(time->state, time->before);
	}
	kes_time_changed(time);
}

/* Enough for any vCPU that does more than leave and enter the guest. */
#define KES_COPY_TRIES	64

static void kes_time_read(struct kes_time *to, const struct kes_time *from)
{
	unsigned int slot, state;

	to->first_cyc = READ_ONCE(from->first_cyc);
	to->last_cyc = READ_ONCE(from->last_cyc);
	to->state = READ_ONCE(from->state);
	to->slot = READ_ONCE(from->slot);
	to->guest_cyc = READ_ONCE(from->guest_cyc);
	to->backwards = READ_ONCE(from->backwards);
	for (slot = 0; slot < KES_NR_TIME_SLOTS; slot++) {
		for (state = 0; state < KES_NR_STATES - 1; state++)
			to->cyc[slot][state] =
				READ_ONCE(from->cyc[slot][state]);
		to->max_cyc[slot] = READ_ONCE(from->max_cyc[slot]);
	}
}

static u64 kes_time_sum(const struct kes_time *time)
{
	unsigned int slot, state;
	u64 sum = time->guest_cyc;

	for (slot = 0; slot < KES_NR_TIME_SLOTS; slot++)
		for (state = 0; state < KES_NR_STATES - 1; state++)
			sum += time->cyc[slot][state];
	return sum;
}

void kes_time_copy(struct kes_time *to, const struct kes_time *from)
{
	unsigned int i, seq;

	for (i = 0; i < KES_COPY_TRIES; i++) {
		seq = raw_read_seqcount(&from->seq);
		kes_time_read(to, from);
		if (!(seq & 1) && !read_seqcount_retry(&from->seq, seq))
			return;
	}
	/* Too many changes: the copied parts must still add up. */
	to->last_cyc = to->first_cyc + kes_time_sum(to);
}

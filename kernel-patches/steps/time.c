time     |// SPDX-License-Identifier: GPL-2.0-only
time     |/*
time     | * KVM exit statistics: changes of a vCPU thread's state off the hot path, see
time     | * time.h.
time     | */
time     |#include <linux/export.h>
time     |
time     |#include "time.h"
time     |
time     |void kes_time_init(void *memory)
time     |{
time     |	struct kes_time *time = memory;
time     |
time     |	seqcount_init(&time->seq);
time     |	time->slot = KES_NO_SLOT;
time     |	time->state = KES_STATE_USERSPACE;
time     |}
time     |
time     |/*
time     | * The TSC went backwards. Moving the starts by the same step keeps the sum of
time     | * all parts equal to @last_cyc - @first_cyc.
time     | */
time     |static void kes_time_skip(struct kes_time *time, s64 cyc)
time     |{
time     |	kes_inc(&time->backwards);
time     |	WRITE_ONCE(time->first_cyc, time->first_cyc + cyc);
time     |	time->handling_cyc += cyc;
time     |}
time     |
time     |/* Time outside the handler moves the start of the handling interval. */
time     |void kes_time_charge(struct kes_time *time, u64 now)
time     |{
time     |	s64 cyc = time->last_cyc ? now - time->last_cyc : 0;
time     |
time     |	if (!time->last_cyc) {
time     |		WRITE_ONCE(time->first_cyc, now);
time     |		time->handling_cyc = now;
time     |	}
time     |	WRITE_ONCE(time->last_cyc, now);
time     |	if (cyc < 0) {
time     |		kes_time_skip(time, cyc);
time     |		return;
time     |	}
time     |	if (time->state == KES_STATE_GUEST)
time     |		kes_add_to(&time->guest_cyc, cyc);
time     |	else
time     |		kes_add_to(&time->cyc[time->slot][time->state - 1], cyc);
time     |	if (time->state != KES_STATE_HANDLER)
time     |		time->handling_cyc += cyc;
time     |}
time     |EXPORT_SYMBOL_GPL(kes_time_charge);
time     |
time     |DEFINE_STATIC_KEY_FALSE(kes_time_key);
time     |EXPORT_SYMBOL_GPL(kes_time_key);
histogram|
histogram|DEFINE_STATIC_KEY_FALSE(kes_histogram_key);
histogram|EXPORT_SYMBOL_GPL(kes_histogram_key);
time     |
time     |/*
time     | * Begin a change of state off the hot path. Disable preemption, so that the
time     | * memory of @vcpu's time is not freed. Return NULL if time is off.
time     | */
time     |static struct kes_time *kes_time_change(struct kes_vcpu *vcpu, u64 *now)
time     |{
time     |	struct kes_time *time;
time     |
time     |	preempt_disable();
time     |	time = READ_ONCE(vcpu->time);
time     |	if (!time) {
time     |		preempt_enable();
time     |		return NULL;
time     |	}
time     |	*now = rdtsc();
time     |	kes_time_begin(time);
time     |	return time;
time     |}
time     |
time     |static void kes_time_changed(struct kes_time *time)
time     |{
time     |	kes_time_end(time);
time     |	preempt_enable();
time     |}
time     |
time     |void kes_time_set(struct kes_vcpu *vcpu, u32 state)
time     |{
time     |	struct kes_time *time;
time     |	u64 now;
time     |
time     |	time = kes_time_change(vcpu, &now);
time     |	if (!time)
time     |		return;
time     |	kes_time_charge(time, now);
time     |	WRITE_ONCE(time->state, state);
time     |	kes_time_changed(time);
time     |}
time     |
time     |/* Return the state of a thread in @state that is scheduled out. */
time     |static u32 kes_time_out_state(u32 state, bool preempted)
time     |{
time     |	if (preempted)
time     |		return KES_STATE_PREEMPTED;
time     |	return state == KES_STATE_POLLING ? KES_STATE_BLOCKED :
time     |					    KES_STATE_SLEEPING;
time     |}
time     |
time     |/* The thread is scheduled out. Outside KVM_RUN, its state does not change. */
time     |void kes_time_sched_out(struct kes_vcpu *vcpu, bool preempted)
time     |{
time     |	struct kes_time *time;
time     |	u32 state;
time     |	u64 now;
time     |
time     |	time = kes_time_change(vcpu, &now);
time     |	if (!time)
time     |		return;
time     |	state = time->state;
time     |	if (state == KES_STATE_HANDLER || state == KES_STATE_POLLING) {
time     |		kes_time_charge(time, now);
time     |		time->before = state;
time     |		WRITE_ONCE(time->state, kes_time_out_state(state, preempted));
time     |	}
time     |	kes_time_changed(time);
time     |}
time     |
time     |void kes_time_sched_in(struct kes_vcpu *vcpu)
time     |{
time     |	struct kes_time *time;
time     |	u64 now;
time     |
time     |	time = kes_time_change(vcpu, &now);
time     |	if (!time)
time     |		return;
time     |	switch (time->state) {
time     |	case KES_STATE_BLOCKED:
time     |	case KES_STATE_PREEMPTED:
time     |	case KES_STATE_SLEEPING:
time     |		kes_time_charge(time, now);
time     |		WRITE_ONCE(time->state, time->before);
time     |	}
time     |	kes_time_changed(time);
time     |}
time     |
time     |/* Enough for any vCPU that does more than leave and enter the guest. */
time     |#define KES_COPY_TRIES	64
time     |
time     |static void kes_time_read(struct kes_time *to, const struct kes_time *from)
time     |{
time     |	unsigned int slot, state;
time     |
time     |	to->first_cyc = READ_ONCE(from->first_cyc);
time     |	to->last_cyc = READ_ONCE(from->last_cyc);
time     |	to->state = READ_ONCE(from->state);
time     |	to->slot = READ_ONCE(from->slot);
time     |	to->guest_cyc = READ_ONCE(from->guest_cyc);
time     |	to->backwards = READ_ONCE(from->backwards);
time     |	for (slot = 0; slot < KES_NR_TIME_SLOTS; slot++) {
time     |		for (state = 0; state < KES_NR_STATES - 1; state++)
time     |			to->cyc[slot][state] =
time     |				READ_ONCE(from->cyc[slot][state]);
time     |		to->max_cyc[slot] = READ_ONCE(from->max_cyc[slot]);
time     |	}
time     |}
time     |
time     |static u64 kes_time_sum(const struct kes_time *time)
time     |{
time     |	unsigned int slot, state;
time     |	u64 sum = time->guest_cyc;
time     |
time     |	for (slot = 0; slot < KES_NR_TIME_SLOTS; slot++)
time     |		for (state = 0; state < KES_NR_STATES - 1; state++)
time     |			sum += time->cyc[slot][state];
time     |	return sum;
time     |}
time     |
time     |void kes_time_copy(struct kes_time *to, const struct kes_time *from)
time     |{
time     |	unsigned int i, seq;
time     |
time     |	for (i = 0; i < KES_COPY_TRIES; i++) {
time     |		seq = raw_read_seqcount(&from->seq);
time     |		kes_time_read(to, from);
time     |		if (!(seq & 1) && !read_seqcount_retry(&from->seq, seq))
time     |			return;
time     |	}
time     |	/* Too many changes: the copied parts must still add up. */
time     |	to->last_cyc = to->first_cyc + kes_time_sum(to);
time     |}

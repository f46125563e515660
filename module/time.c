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

	time->slot = KES_NO_SLOT;
	time->state = KES_STATE_USERSPACE;
}

/* Time outside the handler moves the start of the handling interval. */
void kes_time_charge(struct kes_time *time, u64 now)
{
	u64 cyc = time->last_cyc ? now - time->last_cyc : 0;

	if (!time->last_cyc) {
		WRITE_ONCE(time->first_cyc, now);
		time->handling_cyc = now;
	}
	if (time->state == KES_STATE_GUEST)
		kes_add_to(&time->guest_cyc, cyc);
	else
		kes_add_to(&time->cyc[time->slot][time->state - 1], cyc);
	if (time->state != KES_STATE_HANDLER)
		time->handling_cyc += cyc;
	WRITE_ONCE(time->last_cyc, now);
}
EXPORT_SYMBOL_GPL(kes_time_charge);

DEFINE_STATIC_KEY_FALSE(kes_time_key);
EXPORT_SYMBOL_GPL(kes_time_key);

DEFINE_STATIC_KEY_FALSE(kes_histogram_key);
EXPORT_SYMBOL_GPL(kes_histogram_key);

/* Disable preemption, so that the memory of @vcpu's time is not freed. */
static struct kes_time *kes_time_begin(struct kes_vcpu *vcpu, u64 *now)
{
	struct kes_time *time;

	preempt_disable();
	time = READ_ONCE(vcpu->time);
	if (!time) {
		preempt_enable();
		return NULL;
	}
	*now = rdtsc();
	return time;
}

void kes_time_set(struct kes_vcpu *vcpu, u32 state)
{
	struct kes_time *time;
	u64 now;

	time = kes_time_begin(vcpu, &now);
	if (!time)
		return;
	kes_time_charge(time, now);
	WRITE_ONCE(time->state, state);
	preempt_enable();
}

/*
 * The thread is scheduled out. Outside KVM_RUN, its state does not change. In
 * KVM_RUN, a halted vCPU that sleeps is blocked; otherwise it is preempted.
 */
void kes_time_sched_out(struct kes_vcpu *vcpu, bool preempted)
{
	struct kes_time *time;
	u64 now;

	time = kes_time_begin(vcpu, &now);
	if (!time)
		return;
	if (time->state == KES_STATE_HANDLER ||
	    time->state == KES_STATE_POLLING) {
		kes_time_charge(time, now);
		time->before = time->state;
		if (time->state == KES_STATE_POLLING && !preempted)
			WRITE_ONCE(time->state, KES_STATE_BLOCKED);
		else
			WRITE_ONCE(time->state, KES_STATE_PREEMPTED);
	}
	preempt_enable();
}

void kes_time_sched_in(struct kes_vcpu *vcpu)
{
	struct kes_time *time;
	u64 now;

	time = kes_time_begin(vcpu, &now);
	if (!time)
		return;
	if (time->state == KES_STATE_PREEMPTED ||
	    time->state == KES_STATE_BLOCKED) {
		kes_time_charge(time, now);
		WRITE_ONCE(time->state, time->before);
	}
	preempt_enable();
}

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
time     |	time->slot = KES_NO_SLOT;
time     |	time->state = KES_STATE_USERSPACE;
time     |}
time     |
time     |/* Time outside the handler moves the start of the handling interval. */
time     |void kes_time_charge(struct kes_time *time, u64 now)
time     |{
time     |	u64 cyc = time->last_cyc ? now - time->last_cyc : 0;
time     |
time     |	if (!time->last_cyc) {
time     |		WRITE_ONCE(time->first_cyc, now);
time     |		time->handling_cyc = now;
time     |	}
time     |	if (time->state == KES_STATE_GUEST)
time     |		kes_add_to(&time->guest_cyc, cyc);
time     |	else
time     |		kes_add_to(&time->cyc[time->slot][time->state - 1], cyc);
time     |	if (time->state != KES_STATE_HANDLER)
time     |		time->handling_cyc += cyc;
time     |	WRITE_ONCE(time->last_cyc, now);
time     |}
time     |EXPORT_SYMBOL_GPL(kes_time_charge);
time     |
time     |DEFINE_STATIC_KEY_FALSE(kes_time_key);
time     |EXPORT_SYMBOL_GPL(kes_time_key);
histogram|
histogram|DEFINE_STATIC_KEY_FALSE(kes_histogram_key);
histogram|EXPORT_SYMBOL_GPL(kes_histogram_key);
time     |
time     |/* Disable preemption, so that the memory of @vcpu's time is not freed. */
time     |static struct kes_time *kes_time_begin(struct kes_vcpu *vcpu, u64 *now)
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
time     |	return time;
time     |}
time     |
time     |void kes_time_set(struct kes_vcpu *vcpu, u32 state)
time     |{
time     |	struct kes_time *time;
time     |	u64 now;
time     |
time     |	time = kes_time_begin(vcpu, &now);
time     |	if (!time)
time     |		return;
time     |	kes_time_charge(time, now);
time     |	WRITE_ONCE(time->state, state);
time     |	preempt_enable();
time     |}
time     |
time     |/*
time     | * The thread is scheduled out. Outside KVM_RUN, its state does not change. In
time     | * KVM_RUN, a halted vCPU that sleeps is blocked; otherwise it is preempted.
time     | */
time     |void kes_time_sched_out(struct kes_vcpu *vcpu, bool preempted)
time     |{
time     |	struct kes_time *time;
time     |	u64 now;
time     |
time     |	time = kes_time_begin(vcpu, &now);
time     |	if (!time)
time     |		return;
time     |	if (time->state == KES_STATE_HANDLER ||
time     |	    time->state == KES_STATE_POLLING) {
time     |		kes_time_charge(time, now);
time     |		time->before = time->state;
time     |		if (time->state == KES_STATE_POLLING && !preempted)
time     |			WRITE_ONCE(time->state, KES_STATE_BLOCKED);
time     |		else
time     |			WRITE_ONCE(time->state, KES_STATE_PREEMPTED);
time     |	}
time     |	preempt_enable();
time     |}
time     |
time     |void kes_time_sched_in(struct kes_vcpu *vcpu)
time     |{
time     |	struct kes_time *time;
time     |	u64 now;
time     |
time     |	time = kes_time_begin(vcpu, &now);
time     |	if (!time)
time     |		return;
time     |	if (time->state == KES_STATE_PREEMPTED ||
time     |	    time->state == KES_STATE_BLOCKED) {
time     |		kes_time_charge(time, now);
time     |		WRITE_ONCE(time->state, time->before);
time     |	}
time     |	preempt_enable();
time     |}

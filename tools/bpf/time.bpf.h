/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The time of a vCPU's thread by state: the states of module/time.h, as derived
 * from tracepoints.
 *
 * There is no event at the start of KVM_RUN or of a halt. User space therefore
 * lasts until the guest is entered, or until the end of a halt is seen. A halt
 * is charged when it ends, as part of the time since the last change of state.
 * No time is charged twice or lost: all time up to last_ns is in exactly one
 * sum.
 */
#ifndef TIME_BPF_H
#define TIME_BPF_H

/* vcpu->arch.mp_state; all others are halted or, an AP, not started yet. */
#define KVM_MP_STATE_RUNNABLE	0

#include "seats.bpf.h"

static __always_inline struct eb_time *time_of(const struct eb_vcpu *v)
{
	return bpf_map_lookup_elem(&times, &v->place);
}

/* The sums of the reason that is charged */
static __always_inline u64 *sums_of(struct eb_time *t)
{
	u32 slot = t->slot;

	if (slot > KES_NR_SLOTS)
		return NULL;
	barrier_var(slot);	/* the address is computed after the check */
	return t->sums_ns[slot];
}

static __always_inline void begin_time(struct eb_time *t, u64 now)
{
	t->first_ns = now;
	t->last_ns = now;
	t->handling_ns = now;
	t->slot = KES_NO_SLOT;
	t->state = KES_STATE_USERSPACE;
}

static __always_inline u64 least(u64 a, u64 b)
{
	return a < b ? a : b;
}

/* Time without a CPU for this reason that is not charged yet */
static __always_inline u64 off_time(const struct eb_time *t, u32 why)
{
	return t->off_ns[why] - t->off_charged_ns[why];
}

/* Charge up to @most of that, and return how much. */
static __always_inline u64 charge_off(struct eb_time *t, u64 *sum, u32 why,
				      u64 most)
{
	u64 ns = least(off_time(t, why), most);

	t->off_charged_ns[why] += ns;
	*sum += ns;
	return ns;
}

/* Charge at most @ns without a CPU, and return how much it was. */
static __noinline u64 charge_all_off(struct eb_time *t, u64 ns)
{
	u64 *sums, off;
	u32 offs;

	if (!t)
		return 0;
	sums = sums_of(t);
	if (!sums)
		return 0;
	offs = t->offs;
	barrier();
	off = charge_off(t, &sums[KES_STATE_PREEMPTED - 1], EB_OFF_PREEMPTED, ns);
	off += charge_off(t, &sums[KES_STATE_SLEEPING - 1], EB_OFF_SLEEPING,
			  ns - off);
	off += charge_off(t, &sums[KES_STATE_BLOCKED - 1], EB_OFF_BLOCKED,
			  ns - off);
	if (!(off_time(t, EB_OFF_PREEMPTED) | off_time(t, EB_OFF_SLEEPING) |
	      off_time(t, EB_OFF_BLOCKED)))
		t->offs_charged = offs;
	return off;
}

/*
 * Charge the time since the last change of state to the current state. Time
 * without a CPU in KVM is separated, also between the exit and its event, if
 * the event runs with preemption enabled.
 */
static __always_inline void charge(struct eb_time *t, u64 now)
{
	u64 *sums, ns, off = 0;

	if (!t->first_ns)
		begin_time(t, now);
	sums = sums_of(t);
	if (!sums)
		return;
	ns = now - t->last_ns;
	if (t->offs != t->offs_charged)
		off = charge_all_off(t, ns);
	if (t->state == KES_STATE_GUEST)
		t->guest_ns += ns - off;
	else if (t->state == KES_STATE_HANDLER)
		sums[KES_STATE_HANDLER - 1] += ns - off;
	else
		sums[KES_STATE_USERSPACE - 1] += ns - off;
	t->handling_ns += t->state == KES_STATE_HANDLER ? off : ns;
	t->last_ns = now;
}

/*
 * The vCPU was halted for @halt nanoseconds until @now. In this time the thread
 * had no CPU, or it spun: this is known only now.
 */
static __always_inline void charge_halt(struct eb_time *t, u64 now, u64 halt)
{
	u64 *sums, ns, poll, off, rest;

	if (!t->first_ns)
		begin_time(t, now);
	sums = sums_of(t);
	if (!sums || t->state == KES_STATE_GUEST)
		return;
	ns = now - t->last_ns;
	off = charge_all_off(t, ns);
	/* it may have been preempted before the halt, too */
	poll = least(halt - least(halt, off), ns - off);
	rest = ns - off - poll;
	sums[KES_STATE_POLLING - 1] += poll;
	if (t->state == KES_STATE_HANDLER) {
		sums[KES_STATE_HANDLER - 1] += rest;
		t->handling_ns += ns - rest;
	} else {
		sums[KES_STATE_USERSPACE - 1] += rest;
		t->handling_ns += ns;
	}
	t->state = KES_STATE_HANDLER;
	t->last_ns = now;
}

/* Return the bucket of a time, like the kernel's fls64(). */
static __always_inline u32 bucket_of(u64 ns)
{
	u32 n = 0;

#pragma unroll
	for (u32 bits = 32; bits; bits /= 2) {
		if (ns >> bits) {
			ns >>= bits;
			n += bits;
		}
	}
	n += ns != 0;
	return n < KES_NR_BUCKETS ? n : KES_NR_BUCKETS - 1;
}

static __always_inline void end_handling(struct eb_time *t,
					 const struct eb_vcpu *v, u64 now)
{
	u32 slot = t->slot, bucket;
	struct eb_histogram *h;
	u64 ns = now - t->handling_ns;

	if (slot > KES_NR_SLOTS)
		return;
	if (ns > t->max_ns[slot])
		t->max_ns[slot] = ns;
	if (!with_histogram)
		return;
	h = bpf_map_lookup_elem(&histograms, &v->place);
	bucket = bucket_of(ns);
	if (h && bucket < KES_NR_BUCKETS)
		h->n[slot][bucket]++;
}

static __always_inline void time_enter(const struct eb_vcpu *v)
{
	struct eb_time *t = time_of(v);
	u64 now = bpf_ktime_get_ns();

	if (!t)
		return;
	charge(t, now);
	end_handling(t, v, now);
	t->state = KES_STATE_GUEST;
}

static __always_inline void time_exit(const struct eb_vcpu *v, u32 slot)
{
	struct eb_time *t = time_of(v);
	u64 now = bpf_ktime_get_ns();

	if (!t)
		return;
	charge(t, now);
	t->handling_ns = now;
	t->slot = slot;
	t->state = KES_STATE_HANDLER;
}

static __always_inline void time_return(const struct eb_vcpu *v)
{
	struct eb_time *t = time_of(v);

	if (!t)
		return;
	charge(t, bpf_ktime_get_ns());
	t->state = KES_STATE_USERSPACE;
}

static __always_inline void time_halt(const struct eb_vcpu *v, u64 ns)
{
	struct eb_time *t = time_of(v);

	if (t)
		charge_halt(t, bpf_ktime_get_ns(), ns);
}

/* The vCPU at this address, if its time has begun */
static __always_inline struct eb_time *time_at(u64 vcpu)
{
	struct eb_vcpu *v = last_vcpu();
	struct eb_time *t;

	if (!v || v->vcpu != vcpu || v->ended_ns)
		v = find_vcpu(vcpu);
	t = v ? time_of(v) : NULL;
	return t && t->first_ns ? t : NULL;
}

/* Why the thread of this vCPU has no CPU */
static __always_inline u32 why_off(struct kvm_vcpu *vcpu, bool runnable)
{
	if (runnable)
		return EB_OFF_PREEMPTED;
	return BPF_CORE_READ(vcpu, arch.mp_state) == KVM_MP_STATE_RUNNABLE ?
	       EB_OFF_SLEEPING : EB_OFF_BLOCKED;
}

static __always_inline void sched_out(u64 vcpu, bool runnable)
{
	struct eb_time *t = time_at(vcpu);

	if (!t)
		return;
	t->off_why = why_off((void *)vcpu, runnable);
	t->off_since_ns = bpf_ktime_get_ns();
}

static __always_inline void sched_in(u64 vcpu)
{
	struct eb_time *t = time_at(vcpu);
	u32 why;

	if (!t || !t->off_since_ns)
		return;
	why = t->off_why;
	if (why < EB_NR_OFF)
		t->off_ns[why] += bpf_ktime_get_ns() - t->off_since_ns;
	t->off_since_ns = 0;
	t->offs++;
}

#endif

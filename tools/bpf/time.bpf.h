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

#include "seats.bpf.h"

static __always_inline struct eb_time *time_of(u32 place)
{
	return bpf_map_lookup_elem(&times, &place);
}

/* The sums of the reason that is charged */
static __always_inline u64 *sums_of(struct eb_time *t)
{
	u32 slot = t->slot;

	return slot <= KES_NR_SLOTS ? t->sums_ns[slot] : NULL;
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

/*
 * Charge the time since the last change of state to the current state. In user
 * space, time without a CPU is not separated. In KVM it is charged to
 * preempted, and also between the exit and its event, if the event runs with
 * preemption enabled.
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
	if (t->state != KES_STATE_USERSPACE)
		off = least(ns, t->preempted_ns + t->slept_ns);
	sums[KES_STATE_PREEMPTED - 1] += off;
	if (t->state == KES_STATE_GUEST)
		t->guest_ns += ns - off;
	else if (t->state == KES_STATE_HANDLER)
		sums[KES_STATE_HANDLER - 1] += ns - off;
	else
		sums[KES_STATE_USERSPACE - 1] += ns - off;
	t->handling_ns += t->state == KES_STATE_HANDLER ? off : ns;
	t->last_ns = now;
	t->preempted_ns = 0;
	t->slept_ns = 0;
}

/*
 * The vCPU was halted for @halt nanoseconds until @now. It slept (@waited) or
 * spun in this time. The halt is known only now.
 */
static __always_inline void charge_halt(struct eb_time *t, u64 now, u64 halt,
					bool waited)
{
	u64 *sums, ns, off, block, taken, poll, rest;

	if (!t->first_ns)
		begin_time(t, now);
	sums = sums_of(t);
	if (!sums || t->state == KES_STATE_GUEST)
		return;
	ns = now - t->last_ns;
	halt = least(halt, ns);
	off = least(ns, t->preempted_ns + t->slept_ns);
	block = waited ? least(least(t->slept_ns, halt), off) : 0;
	taken = least(off - block, halt - block);
	poll = least(halt - block - taken, ns - off);
	if (t->state == KES_STATE_HANDLER) {
		taken = off - block;
		rest = ns - off - poll;
		sums[KES_STATE_HANDLER - 1] += rest;
		t->handling_ns += ns - rest;
	} else {
		rest = ns - block - taken - poll;
		sums[KES_STATE_USERSPACE - 1] += rest;
		t->handling_ns += ns;
	}
	sums[KES_STATE_BLOCKED - 1] += block;
	sums[KES_STATE_POLLING - 1] += poll;
	sums[KES_STATE_PREEMPTED - 1] += taken;
	t->state = KES_STATE_HANDLER;
	t->last_ns = now;
	t->preempted_ns = 0;
	t->slept_ns = 0;
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

static __always_inline void end_handling(struct eb_time *t, u32 place, u64 now)
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
	h = bpf_map_lookup_elem(&histograms, &place);
	bucket = bucket_of(ns);
	if (h && bucket < KES_NR_BUCKETS)
		h->n[slot][bucket]++;
}

static __always_inline void time_enter(const struct seat *s)
{
	struct eb_time *t = time_of(s->place);
	u64 now = bpf_ktime_get_ns();

	if (!t)
		return;
	charge(t, now);
	end_handling(t, s->place, now);
	t->state = KES_STATE_GUEST;
}

static __always_inline void time_exit(const struct seat *s, u32 slot)
{
	struct eb_time *t = time_of(s->place);
	u64 now = bpf_ktime_get_ns();

	if (!t)
		return;
	charge(t, now);
	t->handling_ns = now;
	t->slot = slot;
	t->state = KES_STATE_HANDLER;
}

#endif

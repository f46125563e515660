/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a vCPU thread's time goes: the states of module/time.h, as far as
 * tracepoints tell.
 *
 * The beginnings of KVM_RUN and of a halt have no event. So user space lasts
 * until the guest is entered, or the vCPU turns out to have been halted; and a
 * halt is charged when it ends, out of what has passed since the last change.
 * No time is charged twice or lost: all of it up to last_ns is in one sum.
 */
#ifndef TIME_BPF_H
#define TIME_BPF_H

#include "seats.bpf.h"

static __always_inline struct eb_time *time_of(u32 place)
{
	return bpf_map_lookup_elem(&times, &place);
}

/* The sums of the reason that is charged. */
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
 * Ends the state that the thread is in. In user space, being without a CPU is
 * the thread's own affair; in KVM it is time of its own, and so between the
 * end of the guest and its event where that comes with preemption on.
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
 * The vCPU was halted for @halt nanoseconds until @now. Of this it slept
 * (@waited) or spun; only now is it known that it was halted at all.
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

/* The power of two, as fls64() of the kernel. */
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

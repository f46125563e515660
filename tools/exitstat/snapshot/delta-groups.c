// SPDX-License-Identifier: GPL-2.0-only
/*
 * The groups of delta.h beyond counting: times, histograms and details.
 *
 * Totals are converted from cycles to nanoseconds before they are subtracted, so that
 * rounding errors do not add up over snapshots.
 */
#include <assert.h>

#include "snapshot/delta-groups.h"
#include "snapshot/delta-list.h"
#include "snapshot/delta-reasons.h"

/* ---- times ---- */

/* The last values of a reason: its times, and the longest of one exit. */
#define NR_NUMBERS	(DELTA_NR_STATES + 1)
static_assert(offsetof(struct kes_time_exit, max_cyc) ==
	      offsetof(struct kes_time_exit, cyc) + 8 * DELTA_NR_STATES,
	      "one after the other");

/* The parser refuses times without a TSC frequency. */
static uint64_t to_ns(const struct delta *d, uint64_t cyc)
{
	if (!d->hdr.tsc_khz)
		return 0;
	return (uint64_t)((unsigned __int128)cyc * 1000000 / d->hdr.tsc_khz);
}

/* Nanoseconds up to a new total, which must not decrease. */
static inline uint64_t advance(const struct delta *d, uint64_t *last,
			       uint64_t now)
{
	uint64_t from = *last;

	if ((int64_t)(now - from) <= 0)
		return 0;
	*last = now;
	if (now < from)		/* wrapped at 2^64 */
		return to_ns(d, now - from);
	return to_ns(d, now) - to_ns(d, from);
}

static const struct kes_time_exit *times_of(const struct delta *d,
					    const struct snap_vcpu *now)
{
	return delta_part(d->s->times, sizeof(*d->s->times), &now->times);
}

/* The sum of charged times in the record, up to last_cyc. */
static uint64_t charged_cyc(const struct delta *d, const struct snap_vcpu *now)
{
	const struct kes_time_exit *e = times_of(d, now);
	uint64_t sum = now->time.guest_cyc;

	for (size_t i = 0; i < now->times.nr; i++)
		for (int k = 0; k < DELTA_NR_STATES; k++)
			sum += e[i].cyc[k];
	return sum;
}

/* The uncharged time: the current state of the thread since its start. */
static uint64_t open_cyc(const struct delta *d, const struct snap_vcpu *now)
{
	const struct kes_time_record *t = &now->time;
	uint64_t open = d->hdr.now_cyc - t->last_cyc;
	uint64_t missing = d->hdr.now_cyc - t->first_cyc - charged_cyc(d, now);

	if ((int64_t)missing < 0)
		return 0;
	return missing < open ? missing : open;
}

/* @open: the uncharged time, if it is in state @k. */
static void take_time(struct delta *d, struct delta_vcpu *v, size_t *at,
		      const struct kes_time_exit *e, int k, uint64_t open)
{
	struct delta_last *last = delta_find(&v->times, NR_NUMBERS, at, e->code);
	struct delta_list *out = &d->change.times;
	struct delta_time *x = (struct delta_time *)out->data + out->nr;
	uint64_t any = !last;

	if (!last)
		last = delta_add(d, &v->times, NR_NUMBERS, e->code,
				 delta_reason(d, e->code), e->cyc);
	if (last->pass == d->pass)	/* listed twice */
		return;
	last->pass = d->pass;
	for (int i = 0; i < DELTA_NR_STATES; i++) {
		x->ns[i] = advance(d, &last->n[i],
				   e->cyc[i] + (i == k ? open : 0));
		any |= x->ns[i];
	}
	/* only a new maximum is known to belong to this interval */
	x->max_ns = e->max_cyc > last->n[DELTA_NR_STATES] ?
		    to_ns(d, e->max_cyc) : 0;
	last->n[DELTA_NR_STATES] = e->max_cyc;
	x->code = e->code;
	x->reason = last->reason;
	out->nr += any != 0;
}

static void take_reasons(struct delta *d, struct delta_vcpu *v,
			 const struct snap_vcpu *now, uint64_t open)
{
	const struct kes_time_exit *e = times_of(d, now);
	int state = (int)now->time.state - KES_STATE_HANDLER;
	struct delta_list *out = &d->change.times;
	size_t at = 0;

	d->pass++;
	out->data = vec_reserve(out->data, 0, now->times.nr + 1, &out->cap,
				sizeof(struct delta_time));
	for (size_t i = 0; i < now->times.nr; i++)
		take_time(d, v, &at, &e[i], e[i].code == now->time.state_code ?
			  state : -1, open);
	/* a reason without any other time yet */
	if (state >= 0 && open)
		take_time(d, v, &at, &(struct kes_time_exit) {
			.code = now->time.state_code }, state, open);
}

static void take_times(struct delta *d, const struct delta_vm *vm,
		       struct delta_vcpu *v, const struct snap_vcpu *now)
{
	const struct kes_time_record *t = &now->time;
	uint64_t open = 0, until = t->last_cyc;

	d->change.has_times = true;
	if (t->first_cyc != v->first_cyc) {
		d->change.times_restarted = true;
		v->first_cyc = t->first_cyc;
		v->elapsed_cyc = 0;
		v->guest_cyc = delta_start(t->guest_cyc);
		v->times.nr = 0;
	}
	if (!vm->now->destroyed && t->first_cyc && d->hdr.now_cyc >= until) {
		open = open_cyc(d, now);
		until = d->hdr.now_cyc;
	}
	d->change.elapsed_ns = advance(d, &v->elapsed_cyc,
				       until - t->first_cyc);
	d->change.guest_ns = advance(d, &v->guest_cyc, t->guest_cyc +
				     (t->state == KES_STATE_GUEST ? open : 0));
	take_reasons(d, v, now, open);
}

/* ---- histograms ---- */

static void put_buckets(struct delta_list *out, struct delta_last *last,
			const struct kes_histogram_exit *now)
{
	struct delta_bucket *x;

	x = out->data = vec_reserve(out->data, out->nr, KES_NR_BUCKETS,
				    &out->cap, sizeof(*x));
	for (int b = 0; b < KES_NR_BUCKETS; b++) {
		if (now->bucket[b] == last->n[b])
			continue;
		x[out->nr++] = (struct delta_bucket) {
			.code = now->code, .reason = last->reason, .bucket = b,
			.n = now->bucket[b] - last->n[b],
		};
		last->n[b] = now->bucket[b];
	}
}

/* Negative if a bucket decreased. */
static int64_t compare_histograms(struct delta *d, struct delta_vcpu *v,
				  const struct snap_vcpu *now)
{
	const struct kes_histogram_exit *e =
		delta_part(d->s->histograms, sizeof(*e), &now->histograms);
	int64_t signs = 0;
	size_t at = 0;

	d->pass++;
	d->change.buckets.nr = 0;
	for (size_t i = 0; i < now->histograms.nr; i++) {
		struct delta_last *last =
			delta_find(&v->histograms, KES_NR_BUCKETS, &at,
				   e[i].code);
		uint64_t any = 0;

		if (!last)
			last = delta_add(d, &v->histograms, KES_NR_BUCKETS,
					 e[i].code, delta_reason(d, e[i].code),
					 e[i].bucket);
		for (int b = 0; b < KES_NR_BUCKETS; b++)
			any |= e[i].bucket[b] - last->n[b];
		if (last->pass == d->pass)	/* listed twice */
			continue;
		last->pass = d->pass;
		signs |= (int64_t)any;
		if (any)
			put_buckets(&d->change.buckets, last, &e[i]);
	}
	return signs;
}

static void take_histograms(struct delta *d, struct delta_vcpu *v,
			    const struct snap_vcpu *now)
{
	if (compare_histograms(d, v, now) >= 0)
		return;
	v->histograms.nr = 0;
	compare_histograms(d, v, now);
}

/* ---- details ---- */

static uint64_t last_count(const struct delta_list *l, size_t *at,
			   const struct kes_detail_value *now)
{
	const struct kes_detail_value *last = l->data;

	for (size_t n = 0; n < l->nr; n++) {
		size_t i = *at < l->nr ? *at : 0;

		*at = i + 1;
		if (last[i].code == now->code && last[i].value == now->value &&
		    !((last[i].flags ^ now->flags) & KES_DETAIL_OTHER))
			return last[i].count;
	}
	return 0;
}

/* A value that was replaced in the table is no longer listed, and is dropped. */
static void take_details(struct delta *d, struct delta_vcpu *v,
			 const struct snap_vcpu *now)
{
	const struct kes_detail_value *e =
		delta_part(d->s->details, sizeof(*e), &now->details);
	struct delta_list *out = &d->change.details, *last = &v->details;
	size_t nr = now->details.nr, at = 0;

	out->data = vec_reserve(out->data, 0, nr + 1, &out->cap,
				sizeof(struct delta_detail));
	for (size_t i = 0; i < nr; i++) {
		uint64_t n = e[i].count - last_count(last, &at, &e[i]);

		((struct delta_detail *)out->data)[i] = (struct delta_detail) {
			&e[i], (int64_t)n < 0 ? e[i].count : n };
	}
	out->nr = nr;
	last->data = vec_reserve(last->data, 0, nr + 1, &last->cap, sizeof(*e));
	if (nr)
		memcpy(last->data, e, nr * sizeof(*e));
	last->nr = nr;
}

void delta_groups(struct delta *d, const struct delta_vm *vm,
		  struct delta_vcpu *v, const struct snap_vcpu *now)
{
	if (now->times.there)
		take_times(d, vm, v, now);
	if (d->groups & KES_GROUP_HISTOGRAM)
		take_histograms(d, v, now);
	if (d->groups & KES_GROUP_DETAIL)
		take_details(d, v, now);
}

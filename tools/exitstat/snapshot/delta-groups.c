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

/*
 * The last values of a reason: its times as charged, the longest of one exit, and its
 * times in the last record.
 */
#define MAX_NUMBER	DELTA_NR_STATES
#define RECORDED	(DELTA_NR_STATES + 1)
#define NR_NUMBERS	(RECORDED + DELTA_NR_STATES)
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

/* The uncharged time: the current state of the thread since its start. */
static uint64_t open_cyc(const struct delta *d, const struct delta_vcpu *v)
{
	const struct kes_time_record *t = &v->time;
	uint64_t open = d->hdr.now_cyc - t->last_cyc;
	uint64_t missing = d->hdr.now_cyc - t->first_cyc - t->guest_cyc -
			   v->charged_cyc;

	if ((int64_t)missing < 0)
		return 0;
	return missing < open ? missing : open;
}

static struct delta_last *find_time(struct delta *d, struct delta_vcpu *v,
				    size_t *at, const struct kes_time_exit *e)
{
	struct delta_last *last = delta_find(&v->times, NR_NUMBERS, at, e->code);
	uint64_t n[NR_NUMBERS] = { 0 };

	if (last)
		return last;
	memcpy(n, e->cyc, sizeof(e->cyc) + sizeof(e->max_cyc));
	return delta_add(d, &v->times, NR_NUMBERS, e->code,
			 delta_reason(d, e->code), n);
}

/* Take note of the times of a reason. */
static struct delta_last *note_time(struct delta *d, struct delta_vcpu *v,
				    size_t *at, const struct kes_time_exit *e)
{
	struct delta_last *last = find_time(d, v, at, e);

	if (last->pass == d->pass)	/* listed twice */
		return NULL;
	last->pass = d->pass;
	for (int i = 0; i < DELTA_NR_STATES; i++) {
		v->charged_cyc += e->cyc[i] - last->n[RECORDED + i];
		last->n[RECORDED + i] = e->cyc[i];
	}
	return last;
}

/* @open: the uncharged time, if it is in state @k. */
static void put_time(struct delta *d, struct delta_last *last,
		     const struct kes_time_exit *e, int k, uint64_t open)
{
	struct delta_list *out = &d->change.times;
	struct delta_time *x = (struct delta_time *)out->data + out->nr;
	uint64_t any = 0;

	for (int i = 0; i < DELTA_NR_STATES; i++) {
		x->ns[i] = advance(d, &last->n[i],
				   e->cyc[i] + (i == k ? open : 0));
		any |= x->ns[i];
	}
	/* only a new maximum is known to belong to this interval */
	x->max_ns = e->max_cyc > last->n[MAX_NUMBER] ? to_ns(d, e->max_cyc) : 0;
	last->n[MAX_NUMBER] = e->max_cyc;
	x->code = e->code;
	x->reason = last->reason;
	out->nr += any != 0;
}

/* The times of a reason in the last record that had them, or 0. */
static struct kes_time_exit recorded(const struct delta_vcpu *v, uint64_t code)
{
	struct kes_time_exit e = { .code = code };
	const struct delta_last *last;
	size_t at = 0;

	last = delta_find(&v->times, NR_NUMBERS, &at, code);
	if (!last)
		return e;
	memcpy(e.cyc, last->n + RECORDED, sizeof(e.cyc));
	e.max_cyc = last->n[MAX_NUMBER];
	return e;
}

/* The state charged to a reason, or negative. */
static int charged_state(const struct delta_vcpu *v)
{
	return (int)v->time.state - KES_STATE_HANDLER;
}

/* Charge the current state up to now. @own: the element of its reason, or NULL */
static void take_state(struct delta *d, struct delta_vcpu *v, bool ended,
		       const struct kes_time_exit *own)
{
	const struct kes_time_record *t = &v->time;
	uint64_t open = 0, until = t->last_cyc;
	int state = charged_state(v);
	struct kes_time_exit e;
	size_t at = 0;

	if (!ended && t->first_cyc && d->hdr.now_cyc >= until) {
		open = open_cyc(d, v);
		until = d->hdr.now_cyc;
	}
	d->change.has_times = true;
	d->change.elapsed_ns = advance(d, &v->elapsed_cyc,
				       until - t->first_cyc);
	d->change.guest_ns = advance(d, &v->guest_cyc, t->guest_cyc +
				     (t->state == KES_STATE_GUEST ? open : 0));
	if (state < 0 || (!own && !open))
		return;
	e = own ? *own : recorded(v, t->state_code);
	put_time(d, find_time(d, v, &at, &e), &e, state, open);
}

static void make_room_for_times(struct delta *d, size_t nr)
{
	struct delta_list *out = &d->change.times;

	out->data = vec_reserve(out->data, 0, nr + 1, &out->cap,
				sizeof(struct delta_time));
}

/* Returns the element of the reason that the current state is charged to, or NULL. */
static const struct kes_time_exit *take_reasons(struct delta *d,
						struct delta_vcpu *v,
						const struct snap_vcpu *now)
{
	const struct kes_time_exit *e = times_of(d, now), *own = NULL;
	bool is_charged = charged_state(v) >= 0;
	size_t at = 0;

	d->pass++;
	make_room_for_times(d, now->times.nr);
	for (size_t i = 0; i < now->times.nr; i++) {
		struct delta_last *last = note_time(d, v, &at, &e[i]);

		if (!last)
			continue;
		if (is_charged && e[i].code == v->time.state_code)
			own = &e[i];
		else
			put_time(d, last, &e[i], -1, 0);
	}
	return own;
}

static void take_times(struct delta *d, const struct delta_vm *vm,
		       struct delta_vcpu *v, const struct snap_vcpu *now)
{
	v->has_times = now->times.there;
	if (!v->has_times)
		return;
	v->time = now->time;
	if (v->time.first_cyc != v->first_cyc) {
		d->change.times_restarted = true;
		v->first_cyc = v->time.first_cyc;
		v->elapsed_cyc = 0;
		v->guest_cyc = delta_start(v->time.guest_cyc);
		v->charged_cyc = 0;
		v->times.nr = 0;
		v->backwards = 0;
	}
	d->change.backwards = v->time.backwards - v->backwards;
	v->backwards = v->time.backwards;
	take_state(d, v, vm->now->destroyed, take_reasons(d, v, now));
}

void delta_groups_idle(struct delta *d, struct delta_vcpu *v)
{
	make_room_for_times(d, 1);
	take_state(d, v, false, NULL);
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

static void keep_details(const struct delta *d, struct delta_vcpu *v,
			 const struct snap_vcpu *now)
{
	const struct kes_detail_value *e =
		delta_part(d->s->details, sizeof(*e), &now->details);
	struct delta_list *l = &v->details;

	l->nr = now->details.nr;
	if (!l->nr)
		return;
	l->data = vec_reserve(l->data, 0, l->nr, &l->cap, sizeof(*e));
	memcpy(l->data, e, l->nr * sizeof(*e));
}

/* A value that was replaced in the table is no longer listed, and is dropped. */
static void take_details(struct delta *d, struct delta_vcpu *v,
			 const struct snap_vcpu *now)
{
	const struct kes_detail_value *e =
		delta_part(d->s->details, sizeof(*e), &now->details);
	struct delta_list *out = &d->change.details;
	size_t nr = now->details.nr, at = 0;

	out->data = vec_reserve(out->data, 0, nr + 1, &out->cap,
				sizeof(struct delta_detail));
	for (size_t i = 0; i < nr; i++) {
		uint64_t n = e[i].count - last_count(&v->details, &at, &e[i]);

		((struct delta_detail *)out->data)[i] = (struct delta_detail) {
			&e[i], (int64_t)n < 0 ? e[i].count : n };
	}
	out->nr = nr;
	keep_details(d, v, now);
}

void delta_groups(struct delta *d, const struct delta_vm *vm,
		  struct delta_vcpu *v, const struct snap_vcpu *now)
{
	take_times(d, vm, v, now);
	if (d->groups & KES_GROUP_HISTOGRAM)
		take_histograms(d, v, now);
	if (d->groups & KES_GROUP_DETAIL)
		take_details(d, v, now);
	else if (d->hdr.flags & KES_FLAG_CHANGES)	/* a partial one may follow */
		keep_details(d, v, now);
}

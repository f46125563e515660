// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements track-groups.h.
 *
 * Cycles become nanoseconds as totals, and the difference of two totals is
 * recorded: so rounding does not add up over samples. A group that is switched
 * off and on begins again at 0, which a new first_cyc or a smaller count shows.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "record/track-groups.h"

static_assert(REC_NR_BUCKETS == KES_NR_BUCKETS, "recording/format.h knows the layout");

static uint64_t to_ns(const struct snapshot *s, uint64_t cyc)
{
	return (uint64_t)((unsigned __int128)cyc * 1000000 / s->hdr.tsc_khz);
}

/* Has a counter begun again? It may also have wrapped at 2^64. */
static bool fell(uint64_t last, uint64_t now)
{
	return (int64_t)(now - last) < 0;
}

/* Nanoseconds from one total in cycles to the next. */
static int64_t ns_between(const struct snapshot *s, uint64_t last, uint64_t now)
{
	if (fell(last, now))
		return 0;
	if (now < last)
		return (int64_t)to_ns(s, now - last);
	return (int64_t)(to_ns(s, now) - to_ns(s, last));
}

/* An element by its code, which all of them begin with; NULL: not there yet. */
static void *find(void *array, size_t nr, size_t size, size_t hint,
		  uint64_t code)
{
	size_t at = hint < nr ? hint : 0;

	for (size_t n = 0; n < nr; n++) {
		void *e = (char *)array + at * size;

		if (!memcmp(e, &code, sizeof(code)))
			return e;
		at = at + 1 < nr ? at + 1 : 0;
	}
	return NULL;
}

static int track_time_exit(const struct track_groups_pass *p,
			   struct track_groups *g, size_t hint,
			   const struct kes_time_exit *now)
{
	struct kes_time_exit *last = find(g->times, g->nr_times, sizeof(*last),
					  hint, now->code);
	int64_t ns[KES_NR_STATES - 1], max_ns = -1, any = 0, reason;
	int rc;

	if (!last) {
		g->times = vec_room(g->times, g->nr_times, &g->cap_times,
				    sizeof(*last));
		last = &g->times[g->nr_times++];
		*last = (struct kes_time_exit) { .code = now->code };
	}
	if (!memcmp(now, last, sizeof(*now)))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(ns); i++) {
		ns[i] = ns_between(p->s, last->cyc[i], now->cyc[i]);
		any |= ns[i];
	}
	/* only a new record is known to belong to this interval */
	if (now->max_cyc > last->max_cyc)
		max_ns = (int64_t)to_ns(p->s, now->max_cyc);
	*last = *now;
	if (p->baseline || !any)
		return 0;
	rc = p->reason(p->arg, now->code, &reason);
	return rc ? rc : rec_time(p->w, p->sample, p->vcpu, reason, ns, max_ns,
				  p->err);
}

static int track_time(const struct track_groups_pass *p,
		      struct track_groups *g, const struct snap_vcpu *v)
{
	const struct kes_time_record *now = &v->time;
	struct kes_time_record *last = &g->time;
	int64_t elapsed, guest;
	int rc = 0;

	if (!v->times.there)
		return 0;
	if (last->first_cyc && now->first_cyc != last->first_cyc) {
		memset(last, 0, sizeof(*last));
		g->nr_times = 0;
	}
	for (size_t i = 0; !rc && i < v->times.nr; i++)
		rc = track_time_exit(p, g, i, &p->s->times[v->times.first + i]);
	elapsed = ns_between(p->s, last->last_cyc - last->first_cyc,
			     now->last_cyc - now->first_cyc);
	guest = ns_between(p->s, last->guest_cyc, now->guest_cyc);
	*last = *now;
	if (rc || p->baseline || !(elapsed | guest))
		return rc;
	return rec_vcpu_time(p->w, p->sample, p->vcpu, elapsed, guest, p->err);
}

static int track_buckets(const struct track_groups_pass *p,
			 struct kes_histogram_exit *last,
			 const struct kes_histogram_exit *now)
{
	int64_t reason = 0;
	int rc = 0;

	if (!memcmp(now, last, sizeof(*now)))
		return 0;
	for (int b = 0; !rc && b < KES_NR_BUCKETS; b++) {
		uint64_t n = now->bucket[b] - last->bucket[b];

		if (fell(last->bucket[b], now->bucket[b]))
			n = now->bucket[b];
		if (!n || p->baseline)
			continue;
		if (!reason)
			rc = p->reason(p->arg, now->code, &reason);
		if (!rc)
			rc = rec_histogram(p->w, p->sample, p->vcpu, reason, b,
					   n, p->err);
	}
	*last = *now;
	return rc;
}

static int track_histogram(const struct track_groups_pass *p,
			   struct track_groups *g, const struct snap_vcpu *v)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < v->histograms.nr; i++) {
		const struct kes_histogram_exit *now =
			&p->s->histograms[v->histograms.first + i];
		struct kes_histogram_exit *last =
			find(g->histograms, g->nr_histograms, sizeof(*last), i,
			     now->code);

		if (!last) {
			g->histograms = vec_room(g->histograms,
						 g->nr_histograms,
						 &g->cap_histograms,
						 sizeof(*last));
			last = &g->histograms[g->nr_histograms++];
			memset(last, 0, sizeof(*last));
		}
		rc = track_buckets(p, last, now);
	}
	return rc;
}

static struct kes_userspace *find_user(struct track_groups *g, uint32_t reason)
{
	struct kes_userspace *u;

	for (size_t i = 0; i < g->nr_users; i++)
		if (g->users[i].reason == reason)
			return &g->users[i];
	g->users = vec_room(g->users, g->nr_users, &g->cap_users, sizeof(*u));
	u = &g->users[g->nr_users++];
	*u = (struct kes_userspace) { .reason = reason };
	return u;
}

static int track_users(const struct track_groups_pass *p,
		       struct track_groups *g, const struct snap_vcpu *v)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < v->users.nr; i++) {
		const struct kes_userspace *now =
			&p->s->users[v->users.first + i];
		struct kes_userspace *last = find_user(g, now->reason);
		uint64_t n = now->count - last->count;

		last->count = now->count;
		if (n && !p->baseline)
			rc = rec_userspace(p->w, p->sample, p->vcpu,
					   now->reason, n, p->err);
	}
	return rc;
}

int track_groups_sample(const struct track_groups_pass *p,
			struct track_groups *g, const struct snap_vcpu *now)
{
	int rc = track_users(p, g, now);

	if (!rc)
		rc = track_time(p, g, now);
	return rc ? rc : track_histogram(p, g, now);
}

int track_groups_finish(const struct track_groups_pass *p,
			const struct snap_vcpu *now)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < now->details.nr; i++) {
		const struct kes_detail_value *d =
			&p->s->details[now->details.first + i];
		int64_t reason;

		rc = p->reason(p->arg, d->code, &reason);
		if (!rc)
			rc = rec_detail(p->w, p->vcpu, reason, d->value,
					d->flags & KES_DETAIL_OTHER, d->count,
					p->err);
	}
	return rc;
}

void track_groups_free(struct track_groups *g)
{
	free(g->times);
	free(g->histograms);
	free(g->users);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements bins.h from samples and phases alone. Each phase begins with a sample
 * (record/session.c), so assigning whole intervals to phases, as in the recording, is
 * exact.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/bins.h"

uint64_t bins_rel_ns(const struct recording *r, uint64_t at_ns)
{
	uint64_t t0 = r->samples[0].end_ns;

	return at_ns > t0 ? at_ns - t0 : 0;
}

uint64_t bins_begin_ns(const struct recording *r, size_t sample)
{
	return sample ? bins_rel_ns(r, r->samples[sample - 1].end_ns) : 0;
}

uint64_t bins_end_ns(const struct recording *r, size_t sample)
{
	return bins_rel_ns(r, r->samples[sample].end_ns);
}

static int phase_at(const struct recording *r, uint64_t at_ns)
{
	int phase = -1;

	for (size_t i = 0; i < r->nr_phases; i++)
		if (bins_rel_ns(r, r->phases[i].begin_ns) <= at_ns)
			phase = (int)i;
	return phase;
}

static struct model_point *new_point(struct bins *b, size_t *cap,
				     uint64_t begin_ns)
{
	struct model_point *p;

	b->points = vec_room(b->points, b->nr, cap, sizeof(*p));
	p = &b->points[b->nr++];
	*p = (struct model_point){ .begin_ns = begin_ns, .end_ns = begin_ns };
	return p;
}

static bool is_long_enough(const struct bins *b, const struct model_point *p,
			   size_t next, uint64_t nominal_ns)
{
	uint64_t ns = p->end_ns - p->begin_ns;

	if (ns >= nominal_ns / 2)
		return true;
	return b->phase_of[next] != b->phase_of[next - 1] &&
	       ns >= nominal_ns / 4;
}

/* Merge the last point with the previous one if it is too short. */
static void join_last(struct bins *b, size_t nr_samples, uint64_t nominal_ns)
{
	struct model_point *p = &b->points[b->nr - 1];

	if (b->nr < 2 || p->end_ns - p->begin_ns >= nominal_ns / 4)
		return;
	p[-1].end_ns = p->end_ns;
	b->nr--;
	for (size_t k = nr_samples; k-- && b->point_of[k] == b->nr;)
		b->point_of[k]--;
}

static void lay_out(struct bins *b, const struct recording *r)
{
	uint64_t nominal_ns = rec_get_u64(r, "interval_ns");
	struct model_point *p = NULL;
	size_t cap = 0;

	b->point_of[0] = 0;
	for (size_t k = 1; k < r->nr_samples; k++) {
		if (!p || (p->end_ns > p->begin_ns &&
			   is_long_enough(b, p, k, nominal_ns)))
			p = new_point(b, &cap, bins_begin_ns(r, k));
		p->end_ns = bins_end_ns(r, k);
		b->point_of[k] = b->nr - 1;
	}
	if (!p)
		new_point(b, &cap, 0);
	join_last(b, r->nr_samples, nominal_ns);
}

void bins_make(struct bins *b, const struct recording *r)
{
	memset(b, 0, sizeof(*b));
	b->point_of = xcalloc(r->nr_samples, sizeof(*b->point_of));
	b->phase_of = xcalloc(r->nr_samples, sizeof(*b->phase_of));
	for (size_t k = 0; k < r->nr_samples; k++)
		b->phase_of[k] = r->samples[k].phase;
	lay_out(b, r);
	for (size_t i = 0; i < b->nr; i++) {
		struct model_point *p = &b->points[i];

		p->phase = phase_at(r, p->begin_ns / 2 + p->end_ns / 2);
		p->by_reason = xcalloc(r->nr_reasons, sizeof(uint64_t));
	}
}

void bins_free(struct bins *b)
{
	for (size_t i = 0; i < b->nr; i++)
		free(b->points[i].by_reason);
	free(b->points);
	free(b->point_of);
	free(b->phase_of);
	memset(b, 0, sizeof(*b));
}

void bins_share(const struct bins *b, double span_s, size_t nr_cols, bins_fn fn,
		void *arg)
{
	double width = span_s / (double)nr_cols;

	for (size_t i = 0; i < b->nr; i++) {
		const struct model_point *p = &b->points[i];
		double begin = (double)p->begin_ns / 1e9;
		double end = (double)p->end_ns / 1e9;

		if (end <= begin)
			continue;
		for (size_t c = (size_t)(begin / width); c < nr_cols; c++) {
			double from = fmax(begin, (double)c * width);
			double to = fmin(end, (double)(c + 1) * width);

			if ((double)c * width >= end)
				break;
			if (to > from)
				fn(arg, c, p, (to - from) / (end - begin));
		}
	}
}

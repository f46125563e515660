// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements groups.h: one pass over each table of the groups.
 *
 * A vCPU's account of time ends with its last change of state, so a row may
 * cover more than one interval: a vCPU that slept for ten samples is told of
 * in the eleventh. For the time line a row is therefore spread backwards from
 * its sample over as much time as elapsed in it.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exits/states.h"
#include "exits/groups.h"
#include "model/model.h"

const char *model_state_name(enum model_state state)
{
	return state_table[state].name;
}

uint32_t model_state_colour(enum model_state state)
{
	return state_table[state].colour;
}

int model_need_time(const struct model *m, struct errbuf *err)
{
	int rc = rec_need_group(m->rec, KES_GROUP_TIME, err);

	if (!rc && !m->groups.has_time)
		rc = err_set(err, -ENODATA,
			     "%s: the group time was on, but has no times",
			     m->rec->path);
	return rc;
}

/* Where what a row of this sample tells of began and ended. */
struct span {
	double begin_ns;
	double end_ns;
	size_t last;		/* point: none behind it is in the span */
};

static struct span row_span(const struct model *m, size_t sample,
			    uint64_t elapsed_ns)
{
	uint64_t t0 = m->rec->samples[0].end_ns;
	struct span s = {
		.last = m->bins.point_of[sample],
		.end_ns = (double)(m->rec->samples[sample].end_ns - t0),
	};

	s.begin_ns = s.end_ns - (double)elapsed_ns;
	if (s.begin_ns < 0)
		s.begin_ns = 0;
	return s;
}

static void spread(struct model *m, struct span s, enum model_state state,
		   double ns)
{
	double *out = m->groups.point_ns;

	if (s.end_ns <= s.begin_ns || ns <= 0)
		return;
	for (size_t i = s.last + 1; i-- > 0;) {
		const struct model_point *p = &m->bins.points[i];
		double from = fmax((double)p->begin_ns, s.begin_ns);
		double to = fmin((double)p->end_ns, s.end_ns);

		if ((double)p->end_ns <= s.begin_ns)
			break;
		if (to > from)
			out[i * MODEL_NR_STATES + state] +=
				ns * (to - from) / (s.end_ns - s.begin_ns);
	}
}

static int add_vcpu_time(void *arg, const int64_t *n)
{
	struct model *m = arg;
	struct model_vcpu_time *both[] = { &m->groups.vcpus[n[1]],
					   &m->groups.all };

	m->groups.has_time = true;
	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		both[i]->elapsed_ns += (uint64_t)n[2];
		both[i]->ns[MODEL_GUEST] += (uint64_t)n[3];
	}
	spread(m, row_span(m, (size_t)n[0], (uint64_t)n[2]), MODEL_GUEST,
	       (double)n[3]);
	return 0;
}

static int add_time(void *arg, const int64_t *n)
{
	struct model *m = arg;
	struct model_cost *c = &m->groups.costs[n[2]];
	struct span span = row_span(m, (size_t)n[0],
				    n[9] > 0 ? (uint64_t)n[9] : 0);

	for (int s = MODEL_HANDLER; s < MODEL_NR_STATES; s++) {
		uint64_t ns = (uint64_t)n[2 + s];

		c->ns[s] += ns;
		m->groups.vcpus[n[1]].ns[s] += ns;
		m->groups.all.ns[s] += ns;
		spread(m, span, s, (double)ns);
	}
	if (n[8] > 0 && (uint64_t)n[8] > c->max_ns)
		c->max_ns = (uint64_t)n[8];
	return 0;
}

static int add_bucket(void *arg, const int64_t *n)
{
	struct model *m = arg;
	struct model_cost *c = &m->groups.costs[n[2]];

	m->groups.has_histogram = true;
	c->bucket[n[3]] += (uint64_t)n[4];
	c->timed += (uint64_t)n[4];
	return 0;
}

static int add_user(void *arg, const int64_t *n)
{
	struct model_groups *g = &((struct model *)arg)->groups;
	size_t i;

	for (i = 0; i < g->nr_users; i++)
		if (g->users[i].code == (uint32_t)n[2])
			break;
	if (i == g->nr_users) {
		g->users = vec_room(g->users, i, &g->cap_users,
				    sizeof(*g->users));
		g->users[g->nr_users++] =
			(struct model_user) { .code = (uint32_t)n[2] };
	}
	g->users[i].count += (uint64_t)n[3];
	return 0;
}

static int add_value(void *arg, const int64_t *n)
{
	struct model_groups *g = &((struct model *)arg)->groups;

	g->values = vec_room(g->values, g->nr_values, &g->cap_values,
			     sizeof(*g->values));
	g->values[g->nr_values++] = (struct model_value) {
		.reason = (size_t)n[1], .value = (uint64_t)n[2], .other = n[3],
		.count = (uint64_t)n[4],
	};
	return 0;
}

static int users_by_count(const void *a, const void *b)
{
	const struct model_user *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return (x->code > y->code) - (x->code < y->code);
}

static int values_by_value(const void *a, const void *b)
{
	const struct model_value *x = a, *y = b;

	if (x->reason != y->reason)
		return x->reason < y->reason ? -1 : 1;
	if (x->other != y->other)
		return x->other ? 1 : -1;
	return (x->value > y->value) - (x->value < y->value);
}

static int values_by_count(const void *a, const void *b)
{
	const struct model_value *x = a, *y = b;

	if (x->reason == y->reason && x->other == y->other &&
	    x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return values_by_value(a, b);
}

static void add_same_value(void *to, const void *from)
{
	((struct model_value *)to)->count +=
		((const struct model_value *)from)->count;
}

/* All vCPUs together, then the most frequent first. */
static void merge_values(struct model_groups *g)
{
	g->nr_values = vec_merge(g->values, g->nr_values, sizeof(*g->values),
				 values_by_value, add_same_value);
	if (g->nr_values)
		qsort(g->values, g->nr_values, sizeof(*g->values),
		      values_by_count);
}

static int by_cost(const void *a, const void *b, void *arg)
{
	const struct model_groups *g = arg;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	uint64_t cx = model_cost_ns(&g->costs[x]);
	uint64_t cy = model_cost_ns(&g->costs[y]);

	if (cx != cy)
		return cx > cy ? -1 : 1;
	return x < y ? -1 : 1;
}

static void rank_costs(struct model_groups *g, size_t nr_reasons)
{
	for (size_t i = 0; i < nr_reasons; i++) {
		uint64_t any = 0;

		g->order[i] = i;
		for (int s = 0; s < MODEL_NR_STATES; s++)
			any |= g->costs[i].ns[s];
		g->nr_costs += any != 0;
	}
	qsort_r(g->order, nr_reasons, sizeof(*g->order), by_cost, g);
}

int model_groups_load(struct model *m, struct errbuf *err)
{
	struct recording *r = m->rec;
	struct model_groups *g = &m->groups;
	int rc;

	g->tsc_khz = rec_get_u64(r, "tsc_khz");
	g->vcpus = xcalloc(r->nr_vcpus, sizeof(*g->vcpus));
	g->costs = xcalloc(r->nr_reasons, sizeof(*g->costs));
	g->order = xcalloc(r->nr_reasons, sizeof(*g->order));
	g->point_ns = xcalloc(m->bins.nr, MODEL_NR_STATES * sizeof(double));
	rc = rec_for_each_row(r, REC_VCPU_TIME, add_vcpu_time, m, err);
	if (!rc)
		rc = rec_for_each_row(r, REC_TIME, add_time, m, err);
	if (!rc)
		rc = rec_for_each_row(r, REC_HISTOGRAM, add_bucket, m, err);
	if (!rc)
		rc = rec_for_each_row(r, REC_USERSPACE, add_user, m, err);
	if (!rc)
		rc = rec_for_each_row(r, REC_DETAIL, add_value, m, err);
	if (rc)
		return rc;
	g->has_histogram = g->has_histogram && g->tsc_khz;
	rank_costs(g, r->nr_reasons);
	merge_values(g);
	if (g->nr_users)
		qsort(g->users, g->nr_users, sizeof(*g->users), users_by_count);
	return 0;
}

void model_groups_free(struct model_groups *g)
{
	free(g->vcpus);
	free(g->costs);
	free(g->order);
	free(g->point_ns);
	free(g->users);
	free(g->values);
}

double model_bucket_ns(const struct model_groups *g, int b)
{
	return b ? ldexp(1e6, b - 1) / (double)g->tsc_khz : 0;
}

uint64_t model_percentile_ns(const struct model_groups *g,
			     const struct model_cost *c, double share)
{
	double want = share * (double)c->timed, below = 0;

	for (int b = 0; b < REC_NR_BUCKETS; b++) {
		double n = (double)c->bucket[b], from, to;

		if (!n || below + n < want) {
			below += n;
			continue;
		}
		from = model_bucket_ns(g, b);
		to = model_bucket_ns(g, b + 1);
		from += (to - from) * (want - below) / n;
		/* no exit took longer than the longest */
		return c->max_ns && from > (double)c->max_ns ?
		       c->max_ns : (uint64_t)from;
	}
	return 0;
}

/* What add_cell() needs. */
struct latency_load {
	struct model_latency *l;
	const struct model *m;
};

static int add_cell(void *arg, const int64_t *n)
{
	struct latency_load *load = arg;
	struct model_latency *l = load->l;
	const struct bins *bins = &load->m->bins;
	size_t col = bins_column(bins, l->nr_cols, bins->point_of[n[0]]);

	for (size_t i = 0; i < l->nr; i++) {
		double *cell = &l->n[(i * l->nr_cols + col) * REC_NR_BUCKETS +
				     (size_t)n[3]];

		if (l->reasons[i] != (size_t)n[2])
			continue;
		*cell += (double)n[4];
		l->most = fmax(l->most, *cell);
		if (n[3] < l->lowest)
			l->lowest = (int)n[3];
		if (n[3] > l->highest)
			l->highest = (int)n[3];
	}
	return 0;
}

int model_latency_load(struct model_latency *l, struct model *m,
		       size_t nr_reasons, size_t max_cols, struct errbuf *err)
{
	const struct model_groups *g = &m->groups;
	struct latency_load load = { l, m };

	memset(l, 0, sizeof(*l));
	l->lowest = REC_NR_BUCKETS - 1;
	l->nr_cols = m->bins.nr < max_cols ? m->bins.nr : max_cols;
	l->reasons = xcalloc(nr_reasons, sizeof(*l->reasons));
	for (size_t i = 0; i < m->rec->nr_reasons && l->nr < nr_reasons; i++)
		if (g->costs[g->order[i]].timed)
			l->reasons[l->nr++] = g->order[i];
	l->n = xcalloc(l->nr * l->nr_cols, REC_NR_BUCKETS * sizeof(*l->n));
	return rec_for_each_row(m->rec, REC_HISTOGRAM, add_cell, &load, err);
}

void model_latency_free(struct model_latency *l)
{
	free(l->reasons);
	free(l->n);
}

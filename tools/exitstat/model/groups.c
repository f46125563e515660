// SPDX-License-Identifier: GPL-2.0-only
/* Implements groups.h: one pass over each table of the groups. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/latency.h"
#include "model/groups.h"
#include "exits/groups.h"
#include "model/model.h"

int model_need_time(const struct model *m, struct errbuf *err)
{
	int rc = rec_need_group(m->rec, KES_GROUP_TIME, err);

	if (!rc && !m->groups.has_time)
		rc = err_set(err, -ENODATA,
			     "%s: the group time was on, but no times were recorded",
			     m->rec->path);
	return rc;
}

static int add_vcpu_time(void *arg, const int64_t *n)
{
	struct model *m = arg;
	struct model_cell *c = model_cell_of(m, n[0], n[1], MODEL_NONE);

	m->groups.has_time = true;
	c->elapsed_ns += (uint64_t)n[2];
	c->ns[KES_STATE_GUEST] += (uint64_t)n[3];
	m->bins.points[m->bins.point_of[n[0]]].ns[KES_STATE_GUEST] +=
		(double)n[3];
	return 0;
}

static int add_time(void *arg, const int64_t *n)
{
	struct model *m = arg;
	struct model_point *p = &m->bins.points[m->bins.point_of[n[0]]];
	struct model_cell *c = model_cell_of(m, n[0], n[1], n[2]);
	int64_t max = n[2 + KES_NR_STATES];

	for (int s = KES_STATE_HANDLER; s < KES_NR_STATES; s++) {
		c->ns[s] += (uint64_t)n[2 + s];
		p->ns[s] += (double)n[2 + s];
	}
	if (max > 0 && (uint64_t)max > c->max_ns)
		c->max_ns = (uint64_t)max;
	return 0;
}

static int add_bucket(void *arg, const int64_t *n)
{
	struct model *m = arg;

	m->groups.has_histogram = true;
	model_latency_add(m, (size_t)n[0], (size_t)n[2], (int)n[3],
			  (uint64_t)n[4]);
	model_cell_add_bucket(model_cell_of(m, n[0], n[1], n[2]), (int)n[3],
			      (uint64_t)n[4]);
	return 0;
}

static int add_user(void *arg, const int64_t *n)
{
	model_cell_add_user(model_cell_of(arg, n[0], n[1], MODEL_NONE),
			    (uint32_t)n[2], (uint64_t)n[3]);
	return 0;
}

static int add_nested(void *arg, const int64_t *n)
{
	model_cell_of(arg, n[0], n[1], n[2])->received += (uint64_t)n[3];
	return 0;
}

static int add_modifiers(void *arg, const int64_t *n)
{
	struct model_cell *c = model_cell_of(arg, n[0], n[1], MODEL_NONE);

	for (int i = 0; i < MODEL_NR_MODIFIERS; i++)
		c->modifiers[i] += (uint64_t)n[2 + i];
	return 0;
}

static int add_value(void *arg, const int64_t *n)
{
	struct model_groups *g = &((struct model *)arg)->groups;

	g->values = vec_room(g->values, g->nr_values, &g->cap_values,
			     sizeof(*g->values));
	g->values[g->nr_values++] = (struct model_value) {
		.reason = (size_t)n[1], .value = (uint64_t)n[2], .other = n[3],
		.count = (uint64_t)n[4], .at_least = n[5],
	};
	return 0;
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
	struct model_value *sum = to;
	const struct model_value *v = from;

	sum->count += v->count;
	sum->at_least |= v->at_least;
}

/* Sum over the vCPUs, then sort by frequency. */
static void merge_values(struct model_groups *g)
{
	g->nr_values = vec_merge(g->values, g->nr_values, sizeof(*g->values),
				 values_by_value, add_same_value);
	if (g->nr_values)
		qsort(g->values, g->nr_values, sizeof(*g->values),
		      values_by_count);
}

static int by_number(const void *a, const void *b, void *arg)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	const uint64_t *n = arg;

	if (n[x] != n[y])
		return n[x] > n[y] ? -1 : 1;
	return x < y ? -1 : 1;
}

size_t *model_most_first(uint64_t *n, size_t nr)
{
	size_t *order = xcalloc(nr, sizeof(*order));

	for (size_t i = 0; i < nr; i++)
		order[i] = i;
	qsort_r(order, nr, sizeof(*order), by_number, n);
	return order;
}

void model_rank_costs(struct model *m)
{
	struct model_groups *g = &m->groups;
	size_t nr = m->rec->nr_reasons;
	uint64_t *costs = xcalloc(nr, sizeof(*costs));

	for (size_t i = 0; i < nr; i++) {
		uint64_t any = 0;

		for (int s = 0; s < KES_NR_STATES; s++)
			any |= m->reasons[i].sum->ns[s];
		g->nr_costs += any != 0;
		costs[i] = model_cost_ns(m->reasons[i].sum);
	}
	g->order = model_most_first(costs, nr);
	free(costs);
}

int model_groups_load(struct model *m, struct errbuf *err)
{
	static const struct {
		enum pack_kind kind;
		rec_row_fn add;
	} tables[] = {
		{ PACK_VCPU_TIME, add_vcpu_time }, { PACK_TIME, add_time },
		{ PACK_HISTOGRAM, add_bucket }, { PACK_USERSPACE, add_user },
		{ PACK_NESTED, add_nested }, { PACK_MODIFIERS, add_modifiers },
		{ PACK_DETAIL, add_value },
	};
	struct model_groups *g = &m->groups;
	int rc = 0;

	g->tsc_khz = rec_get_u64(m->rec, "tsc_khz");
	for (size_t i = 0; i < ARRAY_LEN(tables) && !rc; i++)
		rc = rec_for_each_row(m->rec, tables[i].kind, tables[i].add, m,
				      err);
	g->has_histogram = g->has_histogram && g->tsc_khz;
	merge_values(g);
	return rc;
}

void model_groups_free(struct model_groups *g)
{
	free(g->order);
	free(g->values);
}

double model_bucket_ns(const struct model_groups *g, int b)
{
	return b ? ldexp(1e6, b - 1) / (double)g->tsc_khz : 0;
}

uint64_t model_percentile_ns(const struct model_groups *g,
			     const struct model_cell *c, double share)
{
	double want = share * (double)model_timed(c), below = 0;

	for (int b = 0; b < REC_NR_BUCKETS; b++) {
		double n = (double)model_bucket(c, b), from, to;

		if (!n || below + n < want) {
			below += n;
			continue;
		}
		from = model_bucket_ns(g, b);
		to = model_bucket_ns(g, b + 1);
		from += (to - from) * (want - below) / n;
		/* never above the maximum */
		return c->max_ns && from > (double)c->max_ns ?
		       c->max_ns : (uint64_t)from;
	}
	return 0;
}

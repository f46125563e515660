// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements load.h.
 *
 * The timeline is made from the samples alone (bins.c); then one pass over the deltas
 * fills it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exits/reasons.h"
#include "model/groups.h"
#include "model/load.h"

static void load_phases(struct model *m)
{
	const struct recording *r = m->rec;

	m->nr_phases = r->nr_phases;
	m->phases = xcalloc(m->nr_phases, sizeof(*m->phases));
	for (size_t i = 0; i < m->nr_phases; i++) {
		struct model_phase *p = &m->phases[i];

		p->name = r->phases[i].name;
		p->begin_ns = bins_rel_ns(r, r->phases[i].begin_ns);
		p->end_ns = bins_rel_ns(r, r->phases[i].end_ns);
		if (!r->phases[i].end_ns)
			p->end_ns = i + 1 < m->nr_phases ?
				    bins_rel_ns(r, r->phases[i + 1].begin_ns) :
				    m->end_ns;
	}
}

static int add_delta(void *arg, const int64_t *n)
{
	struct model *m = arg;
	struct model_point *p = &m->bins.points[m->bins.point_of[n[0]]];
	struct rec_counts counts = rec_counts(n + 3);
	uint64_t total = rec_total(&counts);

	if (!total)
		return 0;
	model_cell_add_counts(model_cell_of(m, n[0], n[1], n[2]), &counts,
			      bins_begin_ns(m->rec, (size_t)n[0]),
			      bins_end_ns(m->rec, (size_t)n[0]));
	p->total += total;
	p->by_reason[n[2]] += total;
	return 0;
}

static int add_entries(void *arg, const int64_t *n)
{
	struct model *m = arg;
	struct model_cell *c = model_cell_of(m, n[0], n[1], MODEL_NONE);

	m->has_accounting = true;
	for (int i = 0; i < MODEL_NR_ENTRIES; i++)
		c->entries[i] += (uint64_t)n[2 + i];
	return 0;
}

/* The sum over this phase, reason or vCPU. */
static void find_sums(struct model *m)
{
	const struct model_sums *s = &m->sums;
	struct model_key all = MODEL_KEY_ALL;

	m->all = model_cells_find(&s->all, all);
	m->total = model_exits(m->all);
	for (size_t i = 0; i < m->nr_phases; i++) {
		struct model_key k = MODEL_KEY_ALL;

		k.phase = (int32_t)i;
		m->phases[i].sum = model_cells_find(&s->by_phase, k);
	}
	for (size_t i = 0; i < m->rec->nr_reasons; i++) {
		struct model_key k = MODEL_KEY_ALL;

		k.reason = (int32_t)i;
		m->reasons[i].sum = model_cells_find(&s->by_reason, k);
	}
	for (size_t i = 0; i < m->rec->nr_vcpus; i++) {
		struct model_key k = MODEL_KEY_ALL;

		k.vm = (int32_t)m->rec->vcpus[i].vm;
		k.vcpu = (int32_t)i;
		m->vcpus[i] = model_cells_find(&s->by_vcpu, k);
	}
}

static void add_up(struct model *m)
{
	struct model_sums *s = &m->sums;

	model_cells_seal(&m->latency.cells);
	model_cells_seal(&s->cells);
	model_cells_fold(&s->by_vcpu, &s->cells, MODEL_BY_VCPU);
	model_cells_fold(&s->by_phase_reason, &s->cells,
			 MODEL_BY_PHASE | MODEL_BY_REASON);
	model_cells_fold(&s->by_phase, &s->by_phase_reason, MODEL_BY_PHASE);
	model_cells_fold(&s->by_reason, &s->by_phase_reason, MODEL_BY_REASON);
	model_cells_fold(&s->all, &s->by_phase, 0);
	find_sums(m);
}

static void rank_reasons(struct model *m)
{
	size_t n = m->rec->nr_reasons;
	uint64_t *exits = xcalloc(n, sizeof(*exits));

	for (size_t i = 0; i < n; i++) {
		exits[i] = model_exits(m->reasons[i].sum);
		m->nr_seen += exits[i] > 0;
	}
	m->order = model_most_first(exits, n);
	free(exits);
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median_rate(const struct model *m)
{
	double *rates = xcalloc(m->bins.nr, sizeof(*rates));
	double median = 0;
	size_t n = 0;

	for (size_t i = 0; i < m->bins.nr; i++)
		if (m->bins.points[i].total)
			rates[n++] = model_point_rate(&m->bins.points[i]);
	qsort(rates, n, sizeof(*rates), compare_doubles);
	if (n)
		median = n % 2 ? rates[n / 2] :
			 (rates[n / 2 - 1] + rates[n / 2]) / 2;
	free(rates);
	return median;
}

/* The spread of the rate between the first and the last point with exits. */
static double variation(const struct model *m, double mean)
{
	double squares = 0, time = 0;

	for (size_t i = 0; i < m->bins.nr; i++) {
		const struct model_point *p = &m->bins.points[i];
		double s = (double)(p->end_ns - p->begin_ns), d;

		if (p->end_ns <= m->all->first_ns ||
		    p->begin_ns >= m->all->last_ns)
			continue;
		d = model_point_rate(p) - mean;
		squares += d * d * s;
		time += s;
	}
	return mean > 0 && time > 0 ? sqrt(squares / time) / mean : 0;
}

static void find_shape(struct model *m)
{
	struct model_shape_facts *f = &m->shape;

	f->mean = model_rate(m->total, model_active_ns(m));
	f->median = median_rate(m);
	f->cv = variation(m, f->mean);
	for (size_t i = 0; i < m->bins.nr; i++) {
		const struct model_point *p = &m->bins.points[i];

		if (model_point_rate(p) > f->highest) {
			f->highest = model_point_rate(p);
			f->highest_point = i;
		}
		if (model_is_peak(m, p)) {
			f->peaks++;
			f->peak_exits += p->total;
		}
	}
	if (f->peaks)
		f->shape = MODEL_BURSTS;
	else
		f->shape = f->cv < MODEL_STEADY_CV ? MODEL_STEADY :
						     MODEL_UNEVEN;
}

static void set_up(struct model *m)
{
	const struct recording *r = m->rec;

	m->end_ns = bins_rel_ns(r, r->samples[r->nr_samples - 1].end_ns);
	m->reasons = xcalloc(r->nr_reasons, sizeof(*m->reasons));
	m->vcpus = xcalloc(r->nr_vcpus, sizeof(*m->vcpus));
	for (size_t i = 0; i < r->nr_reasons; i++) {
		const struct rec_reason *info = &r->reasons[i];

		m->reasons[i].info = info;
		snprintf(m->reasons[i].name, sizeof(m->reasons[i].name), "%s",
			 info->name);
		m->reasons[i].colour = reason_colour(info->isa, info->class,
						     info->code);
	}
	for (size_t i = 0; i < r->nr_samples; i++)
		m->missed += r->samples[i].missed;
	load_phases(m);
	bins_make(&m->bins, r);
}

int model_load_latency(struct model *m, struct recording *rec, size_t max_cols,
		       struct errbuf *err)
{
	int rc;

	memset(m, 0, sizeof(*m));
	m->rec = rec;
	set_up(m);
	m->latency.nr_cols = m->bins.nr < max_cols ? m->bins.nr : max_cols;
	rc = rec_for_each_row(rec, PACK_DELTA, add_delta, m, err);
	if (!rc)
		rc = rec_for_each_row(rec, PACK_ENTRIES, add_entries, m, err);
	if (!rc)
		rc = model_groups_load(m, err);
	if (rc) {
		model_free(m);
		return rc;
	}
	add_up(m);
	rank_reasons(m);
	model_rank_costs(m);
	find_shape(m);
	return 0;
}

int model_load(struct model *m, struct recording *rec, struct errbuf *err)
{
	return model_load_latency(m, rec, 0, err);
}

void model_free(struct model *m)
{
	struct model_cells *const tables[] = {
		&m->sums.cells, &m->sums.by_phase_reason, &m->sums.by_phase,
		&m->sums.by_reason, &m->sums.by_vcpu, &m->sums.all,
		&m->latency.cells,
	};

	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		model_cells_free(tables[i]);
	bins_free(&m->bins);
	free(m->phases);
	free(m->reasons);
	free(m->order);
	free(m->vcpus);
	model_groups_free(&m->groups);
	memset(m, 0, sizeof(*m));
}

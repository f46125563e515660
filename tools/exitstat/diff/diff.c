// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements diff.h: collects the values to compare. grid.c makes rows and tables
 * from them.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/groups.h"
#include "exits/fields.h"
#include "exits/reasons.h"
#include "diff/diff.h"
#include "exits/groups.h"

/* A value of a run; NAN: unavailable. @phase "" is the whole recording. */
typedef double (*number_fn)(const struct model *m, const char *phase);

static struct diff_row number(const struct diff *d, const char *phase,
			      number_fn fn)
{
	double *x[DIFF_SIDES];
	struct diff_row r;

	for (int s = 0; s < DIFF_SIDES; s++) {
		x[s] = xcalloc(d->side[s].nr_runs, sizeof(double));
		for (size_t i = 0; i < d->side[s].nr_runs; i++)
			x[s][i] = fn(&d->side[s].runs[i], phase);
	}
	r = diff_make_row(d->side, "all", x);
	for (int s = 0; s < DIFF_SIDES; s++)
		free(x[s]);
	return r;
}

static double exits_of(const struct model *m, const char *phase)
{
	return model_has_phase(m, phase) ?
	       (double)model_exits_in(m, phase, MODEL_ALL) : NAN;
}

static double ns_of(const struct model *m, const char *phase)
{
	return model_has_phase(m, phase) ? (double)model_ns_in(m, phase) : NAN;
}

void diff_key(const struct diff *d, const struct model *m, size_t reason,
	      bool by_class, char *out, size_t size)
{
	const char *class = m->rec->reasons[reason].class;

	if (!by_class) {
		snprintf(out, size, "%s", m->reasons[reason].name);
		return;
	}
	if (!d->same_isa)
		class = reason_class_on_svm(class);
	snprintf(out, size, "%s", class);
}

static void put_exits(const struct diff *d, struct diff_grid *g,
		      const struct model *m, enum diff_which side, size_t run,
		      const char *phase, bool by_class)
{
	char name[64];

	if (!model_has_phase(m, phase))
		g->unset[side][run] = NAN;
	for (size_t i = 0; i < m->rec->nr_reasons; i++) {
		diff_key(d, m, i, by_class, name, sizeof(name));
		diff_grid_put(g, name, side, run,
			      (double)model_exits_in(m, phase, (int32_t)i));
	}
}

static struct diff_table exits_table(const struct diff *d, const char *phase,
				     bool by_class)
{
	struct diff_grid g;

	diff_grid_init(&g, d->side);
	for (int s = 0; s < DIFF_SIDES; s++)
		for (size_t i = 0; i < d->side[s].nr_runs; i++)
			put_exits(d, &g, &d->side[s].runs[i], s, i, phase,
				  by_class);
	return diff_grid_table(&g);
}

static void put_users(const struct diff *d, struct diff_grid *g,
		      const struct model *m, enum diff_which side, size_t run)
{
	(void)d;
	for (size_t i = 0; i < m->all->nr_users; i++)
		diff_grid_put(g, rec_kvm_exit_name(m->rec,
						   m->all->users[i].code),
			      side, run, (double)m->all->users[i].count);
}

static void put_costs(const struct diff *d, struct diff_grid *g,
		      const struct model *m, enum diff_which side, size_t run)
{
	for (size_t i = 0; i < m->rec->nr_reasons; i++) {
		char name[64];

		diff_key(d, m, i, !d->same_isa, name, sizeof(name));
		diff_grid_put(g, name, side, run,
			      (double)model_cost_ns(m->reasons[i].sum));
	}
}

static void put_states(const struct diff *d, struct diff_grid *g,
		       const struct model *m, enum diff_which side, size_t run)
{
	(void)d;
	for (int s = 0; s < KES_NR_STATES; s++)
		diff_grid_put(g, state_table[s].name, side, run,
			      (double)m->all->ns[s]);
}

static double cost_of(const struct model *m, const char *phase)
{
	struct errbuf err;
	double sum = 0;

	(void)phase;
	if (model_need_time(m, &err))
		return NAN;
	for (size_t i = 0; i < m->rec->nr_reasons; i++)
		sum += (double)model_cost_ns(m->reasons[i].sum);
	return sum;
}

/* Without rows by KVM_EXIT, the counts are 0 only if no exit returned. */
static int needs_users(const struct model *m, struct errbuf *err)
{
	bool any = false;

	if (!rec_has_field(m->rec, FIELD_USERSPACE))
		return err_set(err, -ENODATA,
			       "%s: its source does not count returns to user space",
			       m->rec->path);
	for (size_t i = 0; i < m->rec->nr_reasons; i++)
		any |= m->reasons[i].sum->n.userspace > 0;
	if (m->all->nr_users || !any)
		return 0;
	return err_set(err, -ENODATA, "%s: returns of KVM_RUN by reason were not recorded",
		       m->rec->path);
}

/* A table of the whole recording that a recording may lack. */
static struct diff_table optional_table(const struct diff *d,
		int (*needs)(const struct model *m, struct errbuf *err),
		void (*fill)(const struct diff *d, struct diff_grid *g,
			     const struct model *m, enum diff_which side,
			     size_t run))
{
	struct diff_table t = { 0 };
	struct diff_grid g;

	for (int s = 0; s < DIFF_SIDES; s++)
		for (size_t i = 0; i < d->side[s].nr_runs; i++)
			if (needs(&d->side[s].runs[i], &t.lacks))
				return t;
	diff_grid_init(&g, d->side);
	for (int s = 0; s < DIFF_SIDES; s++)
		for (size_t i = 0; i < d->side[s].nr_runs; i++)
			fill(d, &g, &d->side[s].runs[i], s, i);
	return diff_grid_table(&g);
}

static void make_scope(struct diff *d, struct diff_scope *s)
{
	s->exits = number(d, s->name, exits_of);
	s->takes = number(d, s->name, ns_of);
	if (d->same_isa)
		s->reasons = exits_table(d, s->name, false);
	s->classes = exits_table(d, s->name, true);
}

static size_t place_of(const struct diff *d, const char *phase)
{
	size_t i = 0;

	while (i < d->nr_phases && strcmp(d->phases[i].name, phase))
		i++;
	return i;
}

/* Insert each new phase after its predecessor in this run. */
static void add_phases(struct diff *d, const struct model *m, size_t *cap)
{
	size_t at = 0;

	for (size_t i = 0; i < m->nr_phases; i++) {
		const char *name = m->phases[i].name;
		size_t found = place_of(d, name);

		if (found == d->nr_phases) {
			d->phases = vec_room(d->phases, d->nr_phases, cap,
					     sizeof(*d->phases));
			memmove(&d->phases[at + 1], &d->phases[at],
				(d->nr_phases++ - at) * sizeof(*d->phases));
			memset(&d->phases[at], 0, sizeof(*d->phases));
			snprintf(d->phases[at].name,
				 sizeof(d->phases[at].name), "%s", name);
			found = at;
		}
		at = found + 1;
	}
}

static int find_isa(struct diff *d, struct errbuf *err)
{
	for (int s = 0; s < DIFF_SIDES; s++) {
		const struct diff_side *side = &d->side[s];

		d->isa[s] = model_isa(&side->runs[0]);
		for (size_t i = 1; i < side->nr_runs; i++)
			if (strcmp(d->isa[s], model_isa(&side->runs[i])))
				return err_set(err, -EINVAL,
					       "%.120s and %.120s: isa %.20s and %.20s differ (a side requires runs of one isa)",
					       side->runs[0].rec->path,
					       side->runs[i].rec->path,
					       d->isa[s],
					       model_isa(&side->runs[i]));
	}
	d->same_isa = !strcmp(d->isa[DIFF_A], d->isa[DIFF_B]);
	return 0;
}

int diff_make(struct diff *d, const struct diff_side sides[DIFF_SIDES],
	      struct errbuf *err)
{
	size_t cap = 0;
	int rc;

	memset(d, 0, sizeof(*d));
	memcpy(d->side, sides, sizeof(d->side));
	d->repeated = sides[DIFF_A].nr_runs > 1 && sides[DIFF_B].nr_runs > 1;
	rc = find_isa(d, err);
	if (rc)
		return rc;
	for (int s = 0; s < DIFF_SIDES; s++)
		for (size_t i = 0; i < sides[s].nr_runs; i++)
			add_phases(d, &sides[s].runs[i], &cap);
	make_scope(d, &d->whole);
	for (size_t i = 0; i < d->nr_phases; i++)
		make_scope(d, &d->phases[i]);
	d->users = optional_table(d, needs_users, put_users);
	d->costs = optional_table(d, model_need_time, put_costs);
	d->states = optional_table(d, model_need_time, put_states);
	d->cost = number(d, "", cost_of);
	return 0;
}

static void free_scope(struct diff_scope *s)
{
	free(s->reasons.rows);
	free(s->classes.rows);
}

void diff_free(struct diff *d)
{
	free_scope(&d->whole);
	for (size_t i = 0; i < d->nr_phases; i++)
		free_scope(&d->phases[i]);
	free(d->phases);
	free(d->users.rows);
	free(d->costs.rows);
	free(d->states.rows);
	memset(d, 0, sizeof(*d));
}

const struct diff_scope *diff_find(const struct diff *d, const char *phase)
{
	size_t i = place_of(d, phase);

	if (!*phase)
		return &d->whole;
	return i < d->nr_phases ? &d->phases[i] : NULL;
}

const struct diff_table *diff_best(const struct diff *d,
				   const struct diff_scope *s)
{
	return d->same_isa ? &s->reasons : &s->classes;
}

bool diff_is_change(const struct diff *d, const struct diff_row *r)
{
	if (r->kind == DIFF_UNAVAILABLE || r->kind == DIFF_SAME)
		return false;
	return !d->repeated || stats_sure(&r->change);
}

static bool scope_is_same(const struct diff *d, const struct diff_scope *s)
{
	const struct diff_table *t = diff_best(d, s);

	for (size_t i = 0; i < t->nr; i++)
		if (t->rows[i].kind != DIFF_SAME)
			return false;
	return s->exits.kind == DIFF_SAME;
}

bool diff_is_same(const struct diff *d)
{
	bool same = scope_is_same(d, &d->whole);

	for (size_t i = 0; i < d->nr_phases; i++)
		same = same && scope_is_same(d, &d->phases[i]);
	return same;
}

double diff_ratio(const struct diff_row *r)
{
	double a = r->side[DIFF_A].mean;

	return a > 0 ? r->side[DIFF_B].mean / a : NAN;
}

const char *diff_side_name(enum diff_which side)
{
	return side == DIFF_A ? "A" : "B";
}

const char *diff_kind_name(enum diff_kind kind)
{
	static const char *const names[] = {
		[DIFF_UNAVAILABLE] = "unavailable",
		[DIFF_SAME] = "same",
		[DIFF_CHANGED] = "changed",
		[DIFF_APPEARED] = "appeared",
		[DIFF_VANISHED] = "vanished",
	};

	return names[kind];
}

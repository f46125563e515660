// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a recording has of a budget. A number that the recording cannot give,
 * as its source does not count it or its codes do not tell it apart, is an
 * error and never 0, which would keep any budget.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exits/fields.h"
#include "budget/budget.h"
#include "lib/nearest.h"
#include "exits/reasons.h"

static int add_userspace(void *arg, const struct rec_delta *d)
{
	struct budget_facts *f = arg;

	if (d->n.userspace > 0)
		f->userspace[f->m->bins.phase_of[d->sample] + 1] +=
			(uint64_t)d->n.userspace;
	return 0;
}

/* Sample, vCPU, KVM_EXIT_*, count. */
static int add_user(void *arg, const int64_t *n)
{
	struct budget_facts *f = arg;
	size_t phase = (size_t)(f->m->bins.phase_of[n[0]] + 1), i;

	for (i = 0; i < f->nr_users; i++)
		if (f->users[i].phase == phase &&
		    f->users[i].code == (uint32_t)n[2])
			break;
	if (i == f->nr_users) {
		f->users = vec_room(f->users, i, &f->cap_users,
				    sizeof(*f->users));
		f->users[f->nr_users++] = (struct budget_user) {
			.phase = phase, .code = (uint32_t)n[2] };
	}
	f->users[i].count += (uint64_t)n[3];
	return 0;
}

int budget_facts_load(struct budget_facts *f, struct model *m,
		      struct errbuf *err)
{
	int rc;

	memset(f, 0, sizeof(*f));
	f->m = m;
	f->userspace = xcalloc(m->nr_phases + 1, sizeof(*f->userspace));
	rc = rec_for_each_delta(m->rec, add_userspace, f, err);
	if (!rc)
		rc = rec_for_each_row(m->rec, REC_USERSPACE, add_user, f, err);
	if (rc)
		budget_facts_free(f);
	return rc;
}

void budget_facts_free(struct budget_facts *f)
{
	free(f->userspace);
	free(f->users);
	memset(f, 0, sizeof(*f));
}

/* @place: index + 1; the whole run has all of them. */
static bool is_in(const struct budget_facts *f, const struct budget_line *l,
		  size_t place)
{
	return !*l->phase ||
	       (place && !strcmp(f->m->phases[place - 1].name, l->phase));
}

static bool is_meant(const struct budget_line *l, const struct rec_reason *r)
{
	switch (l->what) {
	case BUDGET_REASON:
		return !strcmp(r->name, l->name);
	case BUDGET_CLASS:
		return !strcmp(r->class, l->name);
	default:
		return true;
	}
}

static double count_reasons(const struct budget_facts *f,
			    const struct budget_line *l)
{
	const struct model *m = f->m;
	double sum = 0;

	for (size_t i = 0; i < m->rec->nr_reasons; i++) {
		if (!is_meant(l, &m->rec->reasons[i]))
			continue;
		if (l->unit == BUDGET_TIME)
			sum += (double)model_cost_ns(&m->groups.costs[i]);
		else if (!*l->phase)
			sum += (double)m->reasons[i].total;
		for (size_t p = 0; *l->phase && p < m->nr_phases; p++)
			if (is_in(f, l, p + 1))
				sum += (double)m->phases[p].by_reason[i];
	}
	return sum;
}

static double count_users(const struct budget_facts *f,
			  const struct budget_line *l)
{
	double sum = 0;

	for (size_t p = 0; l->what == BUDGET_USERSPACE && p <= f->m->nr_phases;
	     p++)
		if (is_in(f, l, p))
			sum += (double)f->userspace[p];
	for (size_t i = 0; l->what == BUDGET_KVM_EXIT && i < f->nr_users; i++)
		if (is_in(f, l, f->users[i].phase) &&
		    !strcmp(rec_kvm_exit_name(f->m->rec, f->users[i].code),
			    l->name))
			sum += (double)f->users[i].count;
	return sum;
}

/* As report has it: of the whole run, the time in which there were exits. */
static uint64_t time_of(const struct budget_facts *f,
			const struct budget_line *l)
{
	const struct model *m = f->m;
	uint64_t ns = 0;

	if (!*l->phase)
		return m->active_end_ns - m->active_begin_ns;
	for (size_t p = 0; p < m->nr_phases; p++)
		if (is_in(f, l, p + 1))
			ns += m->phases[p].end_ns - m->phases[p].begin_ns;
	return ns;
}

static int need_phase(const struct budget_facts *f,
		      const struct budget_line *l, struct errbuf *err)
{
	const char **names = xcalloc(f->m->nr_phases, sizeof(*names));
	const char *meant;
	bool found = !*l->phase;

	for (size_t p = 0; p < f->m->nr_phases; p++) {
		names[p] = f->m->phases[p].name;
		found |= is_in(f, l, p + 1);
	}
	meant = name_nearest(l->phase, names, f->m->nr_phases);
	if (!found && meant)
		err_set(err, -ENOENT,
			"%.200s has no phase \"%.64s\" (did you mean %.64s? or was it not reached?)",
			f->m->rec->path, l->phase, meant);
	else if (!found)
		err_set(err, -ENOENT, "%.200s has no phase \"%.64s\"",
			f->m->rec->path, l->phase);
	free(names);
	return found ? 0 : -ENOENT;
}

/* Codes that have no row in a list may come from any but KVM's statistics. */
static int need_reason(const struct budget_facts *f,
		       const struct budget_line *l, struct errbuf *err)
{
	const char *isa = model_isa(f->m);
	uint32_t id = reason_isa_by_name(isa);

	if (reason_by_name(id, l->name) ||
	    (id != KES_ISA_KVM && (!strncmp(l->name, "code ", 5) ||
				   !strncmp(l->name, "CODE_", 5))))
		return 0;
	return err_set(err, -ENODATA,
		       "%.200s is of %.20s, which has no reason %s (exitstat explain lists all)",
		       f->m->rec->path, *isa ? isa : "no known isa", l->name);
}

static bool isa_has_class(uint32_t isa, const char *class)
{
	const struct reason *r;
	size_t nr;

	r = reason_list(&nr);
	for (size_t i = 0; i < nr; i++)
		if (r[i].isa == isa &&
		    !strcmp(reason_class_name(r[i].class), class))
			return true;
	return isa == KES_ISA_PVM && !strcmp(class, "other");
}

static int need_class(const struct budget_facts *f,
		      const struct budget_line *l, struct errbuf *err)
{
	const char *isa = model_isa(f->m), *with = l->name;
	uint32_t id = reason_isa_by_name(isa);

	if (id == KES_ISA_SVM)
		with = reason_class_on_svm(l->name);
	if (strcmp(with, l->name))
		return err_set(err, -ENODATA,
			       "%.200s is of svm, whose codes do not tell %s apart (budget class %s)",
			       f->m->rec->path, l->name, with);
	if (isa_has_class(id, l->name))
		return 0;
	return err_set(err, -ENODATA,
		       "%.200s is of %.20s, which has no exits of class %s",
		       f->m->rec->path, *isa ? isa : "no known isa", l->name);
}

static int need_users(const struct budget_facts *f,
		      const struct budget_line *l, struct errbuf *err)
{
	const struct recording *r = f->m->rec;
	double any = count_users(f, &(struct budget_line){
					    .what = BUDGET_USERSPACE });

	if (!rec_has_field(r, FIELD_USERSPACE))
		return err_set(err, -ENODATA,
			       "%.200s: its source does not tell what returned to user space",
			       r->path);
	if (l->what == BUDGET_USERSPACE || f->nr_users ||
	    (r->version >= 2 && !(any > 0)))
		return 0;
	return err_set(err, -ENODATA,
		       "%.200s: it does not say why KVM_RUN returned", r->path);
}

/* What must be there before a number means anything. */
static int need_all(const struct budget_facts *f, const struct budget_line *l,
		    struct errbuf *err)
{
	int rc = need_phase(f, l, err);

	if (!rc && l->what == BUDGET_REASON)
		rc = need_reason(f, l, err);
	if (!rc && l->what == BUDGET_CLASS)
		rc = need_class(f, l, err);
	if (!rc && (l->what == BUDGET_USERSPACE || l->what == BUDGET_KVM_EXIT))
		rc = need_users(f, l, err);
	if (!rc && l->unit == BUDGET_TIME)
		rc = model_need_time(f->m, err);
	if (!rc && l->unit == BUDGET_RATE && !time_of(f, l))
		rc = err_set(err, -ENODATA, "%.200s: no time passed in it",
			     f->m->rec->path);
	return rc;
}

int budget_found(const struct budget_facts *f, const struct budget_line *l,
		 double *found, struct errbuf *err)
{
	int rc = need_all(f, l, err);

	if (rc)
		return rc;
	if (l->what == BUDGET_USERSPACE || l->what == BUDGET_KVM_EXIT)
		*found = count_users(f, l);
	else
		*found = count_reasons(f, l);
	if (l->unit == BUDGET_RATE)
		*found = *found * 1e9 / (double)time_of(f, l);
	return 0;
}

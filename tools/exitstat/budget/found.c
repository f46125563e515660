// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the value of a recording for a budget. A value that the recording does not
 * have (its source does not count it, or its codes do not distinguish it) is an
 * error and never 0, which would meet any budget.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/groups.h"
#include "exits/fields.h"
#include "budget/budget.h"
#include "lib/suggest.h"
#include "exits/reasons.h"

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

static double count_reasons(const struct model *m, const struct budget_line *l)
{
	double sum = 0;

	for (size_t i = 0; i < m->rec->nr_reasons; i++)
		if (is_meant(l, &m->rec->reasons[i]))
			sum += (double)(l->unit == BUDGET_TIME ?
				model_cost_ns(m->reasons[i].sum) :
				model_exits_in(m, l->phase, (int32_t)i));
	return sum;
}

/* All returns to user space of a cell, or those by one KVM_EXIT_*. */
static double users_of(const struct model *m, const struct budget_line *l,
		       const struct model_cell *c)
{
	double sum = 0;

	if (l->what == BUDGET_USERSPACE)
		return (double)model_filled(c->n.userspace);
	for (size_t i = 0; i < c->nr_users; i++)
		if (!strcmp(rec_kvm_exit_name(m->rec, c->users[i].code),
			    l->name))
			sum += (double)c->users[i].count;
	return sum;
}

static double count_users(const struct model *m, const struct budget_line *l)
{
	double sum = 0;

	if (!*l->phase)
		return users_of(m, l, m->all);
	for (size_t p = 0; p < m->nr_phases; p++)
		if (!strcmp(m->phases[p].name, l->phase))
			sum += users_of(m, l, m->phases[p].sum);
	return sum;
}

/* As in report: for the whole run, the time from the first exit to the last. */
static uint64_t time_of(const struct model *m, const struct budget_line *l)
{
	return *l->phase ? model_ns_in(m, l->phase) : model_active_ns(m);
}

static int need_phase(const struct model *m, const struct budget_line *l,
		      struct errbuf *err)
{
	const char **names = xcalloc(m->nr_phases, sizeof(*names));
	bool found = model_has_phase(m, l->phase);
	const char *meant;

	for (size_t p = 0; p < m->nr_phases; p++)
		names[p] = m->phases[p].name;
	meant = suggest_one(l->phase, names, m->nr_phases);
	if (!found && meant)
		err_set(err, -ENOENT,
			"%.200s: no phase \"%.64s\" (did you mean %.64s? or was it not reached?)",
			m->rec->path, l->phase, meant);
	else if (!found)
		err_set(err, -ENOENT, "%.200s: no phase \"%.64s\"",
			m->rec->path, l->phase);
	free(names);
	return found ? 0 : -ENOENT;
}

/* Any source except kvm-stats may have codes without a name. */
static int need_reason(const struct model *m, const struct budget_line *l,
		       struct errbuf *err)
{
	const char *isa = model_isa(m);
	uint32_t id = reason_isa_by_name(isa);

	if (reason_by_name(id, l->name) ||
	    (id != KES_ISA_KVM && (!strncmp(l->name, "code ", 5) ||
				   !strncmp(l->name, "CODE_", 5))))
		return 0;
	return err_set(err, -ENODATA,
		       "%.200s: isa %.20s has no reason %s (see exitstat explain)",
		       m->rec->path, *isa ? isa : "unknown", l->name);
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

static int need_class(const struct model *m, const struct budget_line *l,
		      struct errbuf *err)
{
	const char *isa = model_isa(m), *with = l->name;
	uint32_t id = reason_isa_by_name(isa);

	if (id == KES_ISA_SVM)
		with = reason_class_on_svm(l->name);
	if (strcmp(with, l->name))
		return err_set(err, -ENODATA,
			       "%.200s: svm does not distinguish class %s (use class %s)",
			       m->rec->path, l->name, with);
	if (isa_has_class(id, l->name))
		return 0;
	return err_set(err, -ENODATA,
		       "%.200s: isa %.20s has no exits of class %s",
		       m->rec->path, *isa ? isa : "unknown", l->name);
}

static int need_users(const struct model *m, const struct budget_line *l,
		      struct errbuf *err)
{
	const struct recording *r = m->rec;

	if (!rec_has_field(r, FIELD_USERSPACE))
		return err_set(err, -ENODATA,
			       "%.200s: its source does not count returns to user space",
			       r->path);
	if (l->what == BUDGET_USERSPACE || m->all->nr_users ||
	    m->all->n.userspace <= 0)
		return 0;
	return err_set(err, -ENODATA,
		       "%.200s: returns of KVM_RUN by reason were not recorded", r->path);
}

/* Is the value available? */
static int need_all(const struct model *m, const struct budget_line *l,
		    struct errbuf *err)
{
	int rc = need_phase(m, l, err);

	if (!rc && l->what == BUDGET_REASON)
		rc = need_reason(m, l, err);
	if (!rc && l->what == BUDGET_CLASS)
		rc = need_class(m, l, err);
	if (!rc && (l->what == BUDGET_USERSPACE || l->what == BUDGET_KVM_EXIT))
		rc = need_users(m, l, err);
	if (!rc && l->unit == BUDGET_TIME)
		rc = model_need_time(m, err);
	if (!rc && l->unit == BUDGET_RATE && !time_of(m, l))
		rc = err_set(err, -ENODATA, "%.200s: its duration is 0",
			     m->rec->path);
	return rc;
}

int budget_found(const struct model *m, const struct budget_line *l,
		 double *found, struct errbuf *err)
{
	int rc = need_all(m, l, err);

	if (rc)
		return rc;
	if (l->what == BUDGET_USERSPACE || l->what == BUDGET_KVM_EXIT)
		*found = count_users(m, l);
	else
		*found = count_reasons(m, l);
	if (l->unit == BUDGET_RATE)
		*found = *found * 1e9 / (double)time_of(m, l);
	return 0;
}

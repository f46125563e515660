// SPDX-License-Identifier: GPL-2.0-only
/*
 * The JSON report by phase, for the whole recording and for each VM, and by cell.
 * Rows of VMs and cells are written one by one, because there may be many.
 */
#include <stdio.h>

#include "lib/json-text.h"
#include "report/json-parts.h"

/* Sums by phase and reason, and by phase, for one VM or for all. */
struct view {
	const struct model *m;
	const struct model_cells *reasons;
	const struct model_cells *phases;
	int32_t vm;		/* or MODEL_ALL */
	bool brief;
};

static const struct model_cell *cell(const struct view *v,
				     const struct model_cells *c, int phase,
				     int32_t reason)
{
	return model_cells_find(c, (struct model_key) {
		.vm = v->vm, .vcpu = MODEL_ALL, .phase = phase,
		.reason = reason,
	});
}

static bool has_any(const struct model_cell *c)
{
	return model_exits(c) || model_cost_ns(c) || c->elapsed_ns ||
	       c->ns[KES_STATE_PREEMPTED] || c->ns[KES_STATE_POLLING] ||
	       c->ns[KES_STATE_BLOCKED];
}

/* Begin and end of a phase; @phase < 0: the time before the first phase. */
static struct model_phase phase_of(const struct model *m, int phase)
{
	if (phase >= 0)
		return m->phases[phase];
	return (struct model_phase) {
		.end_ns = m->nr_phases ? m->phases[0].begin_ns : m->end_ns,
	};
}

static json_t *reason(const struct view *v, size_t i,
		      const struct model_cell *c, const struct model_phase *p,
		      uint64_t all)
{
	const struct model_reason *r = &v->m->reasons[i];
	uint64_t n = model_exits(c);
	json_t *o = json_pack("{s:o, s:o, s:i, s:I, s:o, s:f, s:o, s:o}",
		"name", json_text(r->name), "class", json_text(r->info->class),
		"colour", (int)r->colour, "exits", (json_int_t)n,
		"percent", json_percent(n, all),
		"per_s", model_rate(n, p->end_ns - p->begin_ns),
		"first_s", json_seconds(c->first_ns),
		"last_s", json_seconds(c->last_ns));

	if (!v->brief)
		report_json_cell(o, v->m, c);
	return o;
}

/* In the order of reasons of the whole recording. */
static json_t *by_reason(const struct view *v, int phase,
			 const struct model_phase *p, uint64_t all)
{
	json_t *a = json_array();

	for (size_t i = 0; i < v->m->rec->nr_reasons; i++) {
		size_t id = v->m->order[i];
		const struct model_cell *c = cell(v, v->reasons, phase,
						  (int32_t)id);

		if (has_any(c))
			json_array_append_new(a, reason(v, id, c, p, all));
	}
	return a;
}

static json_t *phase(const struct view *v, int k, const struct model_cell *sum)
{
	const struct rec_phase *r = k < 0 ? NULL : &v->m->rec->phases[k];
	struct model_phase p = phase_of(v->m, k);
	uint64_t exits = model_exits(sum), ns = p.end_ns - p.begin_ns;
	json_t *o = json_pack("{s:o, s:o, s:o, s:I, s:f, s:o, s:o, s:o, s:o, s:o}",
		"name", p.name ? json_text(p.name) : json_null(),
		"begin_s", json_seconds(p.begin_ns),
		"end_s", json_seconds(p.end_ns), "exits", (json_int_t)exits,
		"per_s", model_rate(exits, ns),
		"id", r ? json_integer(k + 1) : json_null(),
		"begin_ns", r ? json_number(r->begin_ns) : json_null(),
		"end_ns", r && r->end_ns ? json_number(r->end_ns) : json_null(),
		"takes_s", json_seconds(ns),
		"percent", json_percent(exits, v->m->total));

	if (!v->brief) {
		report_json_cell(o, v->m, sum);
		report_json_thread(o, v->m, sum);
	}
	json_object_set_new(o, "by_reason", by_reason(v, k, &p, exits));
	return o;
}

json_t *report_json_phases(const struct model *m, bool brief)
{
	const struct view v = {
		.m = m, .reasons = &m->sums.by_phase_reason,
		.phases = &m->sums.by_phase, .vm = MODEL_ALL, .brief = brief,
	};
	json_t *a = json_array();

	for (size_t i = 0; i < m->nr_phases; i++)
		json_array_append_new(a, phase(&v, (int)i, m->phases[i].sum));
	return a;
}

/* Print a row of a list at the root, indented like the other values. */
static void dump_row(json_t *o, bool first, FILE *out)
{
	fputs(first ? "\n    " : ",\n    ", out);
	json_dumpf(o, out, JSON_COMPACT | JSON_REAL_PRECISION(9));
	json_decref(o);
}

/* Includes the time before the first phase. */
static json_t *phases_of(const struct view *v)
{
	json_t *a = json_array();

	for (int k = MODEL_NONE; k < (int)v->m->nr_phases; k++) {
		const struct model_cell *sum = cell(v, v->phases, k, MODEL_ALL);

		if (has_any(sum))
			json_array_append_new(a, phase(v, k, sum));
	}
	return a;
}

static json_t *vcpus_of(const struct model *m, size_t vm)
{
	json_t *a = json_array();

	for (size_t i = 0; i < m->rec->nr_vcpus; i++) {
		json_t *o;

		if (m->rec->vcpus[i].vm != vm)
			continue;
		o = json_pack("{s:I}", "vcpu",
			      (json_int_t)m->rec->vcpus[i].vcpu_id);
		report_json_cell(o, m, m->vcpus[i]);
		report_json_thread(o, m, m->vcpus[i]);
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *vm(const struct view *v, const struct model_cell *sum)
{
	const struct rec_vm *vm = &v->m->rec->vms[v->vm];
	json_t *o = json_pack("{s:I, s:o, s:I, s:o}",
			      "vm", (json_int_t)vm->vm_id,
			      "guest", json_text(vm->name),
			      "pid", (json_int_t)vm->pid,
			      "machine", json_text_or_null(vm->machine));

	report_json_cell(o, v->m, sum);
	json_object_set_new(o, "percent", json_percent(model_exits(sum),
						       v->m->total));
	report_json_thread(o, v->m, sum);
	json_object_set_new(o, "vcpus", vcpus_of(v->m, (size_t)v->vm));
	json_object_set_new(o, "phases", phases_of(v));
	return o;
}

void report_json_vms(const struct model *m, FILE *out)
{
	struct model_cells reasons, phases, vms;

	model_cells_fold(&reasons, &m->sums.cells,
			 MODEL_BY_VM | MODEL_BY_PHASE | MODEL_BY_REASON);
	model_cells_fold(&phases, &reasons, MODEL_BY_VM | MODEL_BY_PHASE);
	model_cells_fold(&vms, &phases, MODEL_BY_VM);
	for (size_t i = 0; i < m->rec->nr_vms; i++) {
		const struct view v = { m, &reasons, &phases, (int32_t)i,
					false };

		dump_row(vm(&v, cell(&v, &vms, MODEL_ALL, MODEL_ALL)), !i, out);
	}
	model_cells_free(&vms);
	model_cells_free(&phases);
	model_cells_free(&reasons);
}

static json_t *row(const struct model *m, const struct model_cell *c)
{
	const struct rec_vm *vm = &m->rec->vms[c->key.vm];
	int phase = c->key.phase, reason = c->key.reason;
	json_t *o = json_pack("{s:I, s:o, s:I, s:o, s:o, s:o}",
		"vm", (json_int_t)vm->vm_id, "guest", json_text(vm->name),
		"vcpu", (json_int_t)m->rec->vcpus[c->key.vcpu].vcpu_id,
		"phase_id", phase < 0 ? json_null() : json_integer(phase + 1),
		"phase", phase < 0 ? json_null() :
				     json_text(m->phases[phase].name),
		"reason", reason < 0 ? json_null() :
				       json_text(m->reasons[reason].name));

	if (reason < 0)
		report_json_thread(o, m, c);
	else
		report_json_cell(o, m, c);
	return o;
}

void report_json_cells(const struct model *m, FILE *out)
{
	const struct model_cells *c = &m->sums.cells;

	for (size_t i = 0; i < c->nr; i++)
		dump_row(row(m, &c->cell[i]), !i, out);
}

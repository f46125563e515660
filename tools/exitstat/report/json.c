// SPDX-License-Identifier: GPL-2.0-only
/*
 * The report for programs: the same facts as text.c, as one JSON
 * object. What was not recorded is null, never 0 or "".
 */
#include <string.h>

#include "exits/fields.h"
#include "exits/groups.h"
#include "lib/json-text.h"
#include "report/report.h"

static json_t *seconds(uint64_t ns)
{
	return json_real((double)ns / 1e9);
}

static json_t *header(const struct model *m)
{
	static const char *const keys[] = {
		"kernel", "cpu", "lab", "command", "command_end", "source",
		"source_why", "isa", "version", "fields",
	};
	char text[GROUPS_TEXT_LEN];
	json_t *o = json_object();

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		json_object_set_new(o, keys[i],
				    json_text_or_null(rec_get(m->rec, keys[i])));
	json_object_set_new(o, "machine", json_text_or_null(model_machine(m)));
	json_object_set_new(o, "groups",
			    json_string(groups_text(m->rec->groups, text)));
	json_object_set_new(o, "unavailable", report_json_lacks(m->rec));
	json_object_set_new(o, "lost", json_integer((json_int_t)
			    rec_get_u64(m->rec, "lost")));
	json_object_set_new(o, "restarts", json_integer((json_int_t)
			    rec_get_u64(m->rec, "restarts")));
	json_object_set_new(o, "interrupted",
			    json_boolean(m->rec->interrupted));
	json_object_set_new(o, "interval_s",
			    seconds(rec_get_u64(m->rec, "interval_ns")));
	json_object_set_new(o, "start_wall_ns", json_integer((json_int_t)
			    rec_get_u64(m->rec, "start_wall_ns")));
	json_object_set_new(o, "samples",
			    json_integer((json_int_t)m->rec->nr_taken));
	json_object_set_new(o, "summary", json_boolean(m->rec->nr_runs));
	json_object_set_new(o, "missed_deadlines",
			    json_integer((json_int_t)m->missed));
	return o;
}

static json_t *answers(const struct model *m)
{
	const struct model_shape_facts *f = &m->shape;

	return json_pack("{s:I, s:o, s:o, s:s, s:f, s:f, s:f, s:f, s:I, s:I, s:o}",
			 "exits", (json_int_t)m->total,
			 "first_s", seconds(m->all->first_ns),
			 "last_s", seconds(m->all->last_ns),
			 "shape", report_shape_name(f->shape),
			 "mean_per_s", f->mean, "median_per_s", f->median,
			 "variation", f->cv, "highest_per_s", f->highest,
			 "peaks", (json_int_t)f->peaks,
			 "peak_exits", (json_int_t)f->peak_exits,
			 "highest_at_s", m->bins.nr ?
			 seconds(m->bins.points[f->highest_point].begin_ns) :
			 json_null());
}

static json_t *reason(const struct model *m, const struct model_reason *r)
{
	return json_pack("{s:o, s:o, s:I, s:o, s:I, s:f, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "name", json_text(r->info->name),
			 "isa", json_text(r->info->isa),
			 "code", (json_int_t)r->info->code,
			 "class", json_text(r->info->class),
			 "exits", (json_int_t)model_exits(r->sum),
			 "percent", model_share(m, model_exits(r->sum)),
			 "l1", json_count(r->sum->n.l1),
			 "l2", json_count(r->sum->n.l2),
			 FIELD_L2_REFLECTED, json_count(r->sum->n.l2_reflected),
			 FIELD_FASTPATH, json_count(r->sum->n.fastpath),
			 FIELD_USERSPACE, json_count(r->sum->n.userspace),
			 "first_s", seconds(r->sum->first_ns),
			 "last_s", seconds(r->sum->last_ns));
}

static json_t *phase(const struct model *m, size_t k)
{
	const struct model_phase *p = &m->phases[k];
	uint64_t exits = model_exits(p->sum);
	json_t *reasons = json_object();
	char name[64];

	for (size_t i = 0; i < m->nr_seen; i++) {
		size_t id = m->order[i];
		uint64_t n = model_exits(model_in_phase(m, k, id));

		if (!n)
			continue;
		model_reason_name(&m->rec->reasons[id], name, sizeof(name));
		json_object_set_new(reasons, name, json_integer((json_int_t)n));
	}
	return json_pack("{s:o, s:o, s:o, s:I, s:f, s:o}",
			 "name", json_text(p->name),
			 "begin_s", seconds(p->begin_ns),
			 "end_s", seconds(p->end_ns),
			 "exits", (json_int_t)exits,
			 "per_s", model_rate(exits, p->end_ns - p->begin_ns),
			 "reasons", reasons);
}

static json_t *vcpu(const struct model *m, size_t i)
{
	const struct rec_vcpu *v = &m->rec->vcpus[i];
	const struct rec_vm *vm = &m->rec->vms[v->vm];

	return json_pack("{s:I, s:o, s:I, s:I, s:I, s:o}",
			 "vm", (json_int_t)vm->vm_id, "guest", json_text(vm->name),
			 "pid", (json_int_t)vm->pid,
			 "vcpu", (json_int_t)v->vcpu_id,
			 "exits", (json_int_t)model_exits(m->vcpus[i]),
			 "unknown_last", v->has_unknown ?
			 json_integer((json_int_t)v->unknown_last) :
			 json_null());
}

static json_t *closure(const struct model *m)
{
	const uint64_t *n = m->all->entries;

	if (!m->has_closure)
		return json_null();
	return json_pack("{s:I, s:I, s:I}",
			 "attempts", (json_int_t)n[MODEL_ATTEMPTS],
			 "entry_failed", (json_int_t)n[MODEL_ENTRY_FAILED],
			 "emulation", (json_int_t)n[MODEL_EMULATION]);
}

json_t *report_json_phases(const struct model *m)
{
	json_t *phases = json_array();

	for (size_t i = 0; i < m->nr_phases; i++)
		json_array_append_new(phases, phase(m, i));
	return phases;
}

json_t *report_json_make(const struct model *m)
{
	json_t *root = json_object(), *reasons = json_array();
	json_t *vcpus = json_array();

	for (size_t i = 0; i < m->nr_seen; i++)
		json_array_append_new(reasons, reason(m, model_ranked(m, i)));
	for (size_t i = 0; i < m->rec->nr_vcpus; i++)
		json_array_append_new(vcpus, vcpu(m, i));
	json_object_set_new(root, "recording", header(m));
	json_object_set_new(root, "answers", answers(m));
	json_object_set_new(root, "reasons", reasons);
	json_object_set_new(root, "phases", report_json_phases(m));
	json_object_set_new(root, "vcpus", vcpus);
	json_object_set_new(root, "closure", closure(m));
	report_json_groups(m, root);
	return root;
}

void report_json(const struct model *m, FILE *out)
{
	json_t *root = report_json_make(m);

	json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
	fputc('\n', out);
	json_decref(root);
}

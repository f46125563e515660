// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups in the JSON report: time of the whole recording, by vCPU and by reason,
 * returns to user space, and details. null if not recorded.
 */
#include "exits/detail-names.h"
#include "lib/json-text.h"
#include "report/json-parts.h"
#include "report/report.h"

static json_t *states(const struct model *m)
{
	const struct model_cell *c = m->all;
	json_t *a = json_array();
	uint64_t sum = 0;

	for (int s = 0; s < KES_NR_STATES; s++)
		sum += c->ns[s];
	for (int s = 0; s < KES_NR_STATES; s++)
		json_array_append_new(a, json_pack("{s:s, s:i, s:o, s:o, s:o}",
			"name", state_table[s].name,
			"colour", (int)state_table[s].colour,
			"ns", json_number(c->ns[s]),
			"percent", json_percent(c->ns[s], c->elapsed_ns),
			"percent_of_sum", json_percent(c->ns[s], sum)));
	return a;
}

static json_t *whole_time(const struct model *m)
{
	return json_pack("{s:o, s:o, s:o}",
			 "elapsed_ns", json_number(m->all->elapsed_ns),
			 "cost_ns", json_number(model_cost_ns(m->all)),
			 "states", states(m));
}

static json_t *vcpu_times(const struct model *m)
{
	json_t *a = json_array();

	for (size_t i = 0; i < m->rec->nr_vcpus; i++) {
		const struct rec_vcpu *v = &m->rec->vcpus[i];
		const struct rec_vm *vm = &m->rec->vms[v->vm];
		const struct model_cell *c = m->vcpus[i];
		json_t *o = json_pack("{s:o}", "elapsed_ns",
				      json_number(c->elapsed_ns));

		report_json_states(o, m, c, KES_STATE_GUEST);
		json_object_update_new(o, json_pack("{s:I, s:o, s:I}",
			"vm", (json_int_t)vm->vm_id,
			"guest", json_text(vm->name),
			"vcpu", (json_int_t)v->vcpu_id));
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *cost(const struct model *m, size_t reason)
{
	const struct model_cell *c = m->reasons[reason].sum;
	uint64_t ns = model_cost_ns(c), exits = model_exits(c);
	json_t *o = json_pack("{s:o}", "reason",
			      json_text(m->reasons[reason].name));

	report_json_times(o, m, c);
	json_object_update_new(o, json_pack("{s:o, s:o, s:o, s:o}",
		"exits", exits ? json_number(exits) : json_null(),
		"mean_ns", exits ? json_number(ns / exits) : json_null(),
		"percent", json_percent(ns, model_cost_ns(m->all)),
		"userspace_time_percent",
		json_percent(c->ns[KES_STATE_USERSPACE], ns)));
	return o;
}

static json_t *costs(const struct model *m)
{
	json_t *a = json_array();

	for (size_t i = 0; i < m->groups.nr_costs; i++)
		json_array_append_new(a, cost(m, m->groups.order[i]));
	return a;
}

static json_t *detail(const struct model *m, const struct model_value *v,
		      uint64_t all)
{
	const char *reason = m->reasons[v->reason].name;
	char text[48] = "other";

	if (!v->other)
		detail_value_text(reason, v->value, text, sizeof(text));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o}",
		"reason", json_text(reason),
		"value", v->other ? json_null() : json_number(v->value),
		"name", json_text_or_null(v->other ? "" :
					  detail_name(reason, v->value)),
		"count", json_number(v->count), "text", json_text(text),
		"other", (int)v->other, "at_least", (int)v->at_least,
		"percent", json_percent(v->count, all));
}

/* Values that are left out: their number and exits. */
struct rest {
	size_t nr;
	uint64_t exits;
};

static void put_rest(json_t *cut, const char *reason, const struct rest *r,
		     uint64_t all)
{
	if (r->nr)
		json_array_append_new(cut, json_pack("{s:o, s:I, s:I, s:o}",
			"reason", json_text(reason),
			"values", (json_int_t)r->nr,
			"exits", (json_int_t)r->exits,
			"percent", json_percent(r->exits, all)));
}

/* The values of one reason, from @v up to before @end. */
static void put_values(json_t *list, const struct model *m,
		       const struct model_value *v,
		       const struct model_value *end, size_t max, json_t *cut)
{
	const char *reason = m->reasons[v->reason].name;
	struct rest rest = { 0, 0 };
	uint64_t all = 0;
	size_t shown = 0;

	for (const struct model_value *i = v; i < end; i++)
		all += i->count;
	for (; v < end; v++) {
		if (v->other || shown++ < max) {
			json_array_append_new(list, detail(m, v, all));
			continue;
		}
		rest.nr++;
		rest.exits += v->count;
	}
	put_rest(cut, reason, &rest, all);
}

static json_t *details(const struct model *m, size_t max, json_t *cut)
{
	const struct model_groups *g = &m->groups;
	const struct model_value *end = g->values + g->nr_values;
	json_t *a = json_array();

	for (const struct model_value *v = g->values, *next; v < end; v = next) {
		for (next = v; next < end && next->reason == v->reason; next++)
			;
		put_values(a, m, v, next, max, cut);
	}
	return a;
}

void report_json_groups(json_t *root, const struct model *m, size_t max,
			json_t *cut)
{
	bool time = m->groups.has_time;

	json_object_update_new(root, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}",
		"nested", report_json_nested(m),
		"vcpu_times", time ? vcpu_times(m) : json_null(),
		"costs", time ? costs(m) : json_null(),
		"userspace_exits", report_json_users(m, m->all),
		"details", m->groups.nr_values ? details(m, max, cut) :
						 json_null(),
		"time", time ? whole_time(m) : json_null()));
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The groups in the report for programs: time by vCPU and reason, handler
 * times, returns to user space, details. null where nothing was recorded.
 */
#include <string.h>

#include "exits/detail-names.h"
#include "lib/json-text.h"
#include "report/report.h"

static json_t *number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

/* Keys of a state: "polling_ns". */
static void put_states(json_t *o, const uint64_t ns[KES_NR_STATES],
		       int from)
{
	for (int s = from; s < KES_NR_STATES; s++) {
		char key[32];

		snprintf(key, sizeof(key), "%s_ns", state_table[s].name);
		json_object_set_new(o, key, number(ns[s]));
	}
}

static json_t *vcpu_times(const struct model *m)
{
	json_t *a = json_array();

	for (size_t i = 0; i < m->rec->nr_vcpus; i++) {
		const struct model_cell *t = m->vcpus[i];
		json_t *o = json_object();

		json_object_set_new(o, "elapsed_ns", number(t->elapsed_ns));
		put_states(o, t->ns, KES_STATE_GUEST);
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *percentile(const struct model_groups *g,
			  const struct model_cell *c, double share)
{
	if (!g->has_histogram || !model_timed(c))
		return json_null();
	return number(model_percentile_ns(g, c, share));
}

static json_t *costs(const struct model *m)
{
	const struct model_groups *g = &m->groups;
	json_t *a = json_array();

	for (size_t i = 0; i < g->nr_costs; i++) {
		const struct model_cell *c = m->reasons[g->order[i]].sum;
		const char *name = m->rec->reasons[g->order[i]].name;
		json_t *o = json_object();

		json_object_set_new(o, "reason", json_text(name));
		put_states(o, c->ns, KES_STATE_HANDLER);
		json_object_set_new(o, "max_ns", c->max_ns ?
				    number(c->max_ns) : json_null());
		json_object_set_new(o, "p50_ns", percentile(g, c, 0.5));
		json_object_set_new(o, "p99_ns", percentile(g, c, 0.99));
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *users(const struct model *m)
{
	const struct model_cell *c = m->all;
	json_t *o = json_object();

	for (size_t i = 0; i < c->nr_users; i++)
		json_object_set_new(o, rec_kvm_exit_name(m->rec,
							 c->users[i].code),
				    number(c->users[i].count));
	return o;
}

static json_t *details(const struct model *m)
{
	const struct model_groups *g = &m->groups;
	json_t *a = json_array();

	for (size_t i = 0; i < g->nr_values; i++) {
		const struct model_value *v = &g->values[i];
		const char *reason = m->rec->reasons[v->reason].name;
		const char *name = v->other ? "" : detail_name(reason, v->value);

		json_array_append_new(a, json_pack("{s:o, s:o, s:o, s:o}",
			"reason", json_text(reason),
			"value", v->other ? json_null() : number(v->value),
			"name", json_text_or_null(name),
			"count", number(v->count)));
	}
	return a;
}

void report_json_groups(const struct model *m, json_t *root)
{
	const struct model_groups *g = &m->groups;

	json_object_set_new(root, "nested", report_json_nested(m));
	json_object_set_new(root, "vcpu_times",
			    g->has_time ? vcpu_times(m) : json_null());
	json_object_set_new(root, "costs",
			    g->has_time ? costs(m) : json_null());
	json_object_set_new(root, "userspace_exits",
			    m->all->nr_users ? users(m) : json_null());
	json_object_set_new(root, "details",
			    g->nr_values ? details(m) : json_null());
}

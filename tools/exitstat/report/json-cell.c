// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys of the JSON report that every sum has: exits by disposition, times, and
 * entries.
 */
#include <stdio.h>

#include "model/groups.h"
#include "exits/fields.h"
#include "lib/json-text.h"
#include "report/json-parts.h"

/* Without exits, a count is 0 if the source has the field, otherwise null. */
static json_t *count(const struct model *m, const char *field, int64_t n)
{
	return json_count(n < 0 && rec_has_field(m->rec, field) ? 0 : n);
}

static const char *const modifier_names[MODEL_NR_MODIFIERS] = {
	[MODEL_BUS_LOCK] = "bus_lock", [MODEL_ENCLAVE] = "enclave",
	[MODEL_FORCED] = "forced",
};

static json_t *if_field(const struct model *m, const char *field, uint64_t n)
{
	return rec_has_field(m->rec, field) ? json_number(n) : json_null();
}

static void put_counts(json_t *o, const struct model *m,
		       const struct model_cell *c)
{
	const struct {
		const char *field;
		int64_t n;
	} counts[] = {
		{ FIELD_L2, c->n.l2 }, { FIELD_REFLECTED, c->n.reflected },
		{ FIELD_FASTPATH, c->n.fastpath },
		{ FIELD_USERSPACE, c->n.userspace },
	};

	json_object_set_new(o, "exits", json_number(model_exits(c)));
	json_object_set_new(o, FIELD_L1, json_number(model_filled(c->n.l1)));
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		json_object_set_new(o, counts[i].field,
				    count(m, counts[i].field, counts[i].n));
	json_object_set_new(o, "received",
			    if_field(m, FIELD_NESTED, c->received));
}

/* null if group time was off */
static json_t *ns_or_null(const struct model *m, uint64_t ns)
{
	return m->groups.has_time ? json_number(ns) : json_null();
}

void report_json_states(json_t *o, const struct model *m,
			const struct model_cell *c, int from)
{
	for (int s = from; s < KES_NR_STATES; s++) {
		char key[32];

		snprintf(key, sizeof(key), "%s_ns", state_table[s].name);
		json_object_set_new(o, key, ns_or_null(m, c->ns[s]));
	}
}

static json_t *percentile(const struct model *m, const struct model_cell *c,
			  double share)
{
	if (!m->groups.has_histogram || !model_timed(c))
		return json_null();
	return json_number(model_percentile_ns(&m->groups, c, share));
}

void report_json_times(json_t *o, const struct model *m,
		       const struct model_cell *c)
{
	report_json_states(o, m, c, KES_STATE_HANDLER);
	json_object_set_new(o, "max_ns", c->max_ns ? json_number(c->max_ns) :
						     json_null());
	json_object_set_new(o, "p50_ns", percentile(m, c, 0.5));
	json_object_set_new(o, "p99_ns", percentile(m, c, 0.99));
	json_object_set_new(o, "cost_ns", ns_or_null(m, model_cost_ns(c)));
}

void report_json_cell(json_t *o, const struct model *m,
		      const struct model_cell *c)
{
	put_counts(o, m, c);
	report_json_times(o, m, c);
}

json_t *report_json_users(const struct model *m, const struct model_cell *c)
{
	json_t *o;

	if (!m->all->nr_users)
		return json_null();
	o = json_object();
	for (size_t i = 0; i < c->nr_users; i++)
		json_object_set_new(o, rec_kvm_exit_name(m->rec,
							 c->users[i].code),
				    json_number(c->users[i].count));
	return o;
}

void report_json_thread(json_t *o, const struct model *m,
			const struct model_cell *c)
{
	static const char *const entries[MODEL_NR_ENTRIES] = {
		[MODEL_ATTEMPTS] = "attempts",
		[MODEL_ENTRY_FAILED] = "entry_failed",
		[MODEL_ENTRY_EMULATED] = "entry_emulated",
	};

	json_object_set_new(o, "elapsed_ns", ns_or_null(m, c->elapsed_ns));
	json_object_set_new(o, "guest_ns",
			    ns_or_null(m, c->ns[KES_STATE_GUEST]));
	for (int i = 0; i < MODEL_NR_ENTRIES; i++)
		json_object_set_new(o, entries[i], m->has_accounting ?
				    json_number(c->entries[i]) : json_null());
	for (int i = 0; i < MODEL_NR_MODIFIERS; i++)
		json_object_set_new(o, modifier_names[i],
				    if_field(m, FIELD_MODIFIERS,
					     c->modifiers[i]));
	json_object_set_new(o, "userspace_exits", report_json_users(m, c));
}

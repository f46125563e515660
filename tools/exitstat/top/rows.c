// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements rows.h.
 *
 * A sum is known only if all its parts are: if a value is unknown for one vCPU, it
 * is unknown for the VM. A vCPU without exits is ignored.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exits/detail-names.h"
#include "exits/reasons.h"
#include "top/rows.h"

static const char *const level_names[] = {
	[TOP_VMS] = "vms", [TOP_VCPUS] = "vcpus", [TOP_REASONS] = "reasons",
	[TOP_DETAIL] = "detail",
};
_Static_assert(ARRAY_LEN(level_names) == TOP_NR_LEVELS, "a name for each");

const char *top_level_name(enum top_level level)
{
	return level < TOP_NR_LEVELS ? level_names[level] : NULL;
}

bool top_key_equal(const struct top_key *a, const struct top_key *b)
{
	return a->all == b->all && a->other == b->other &&
	       a->vm_id == b->vm_id && a->created_ns == b->created_ns &&
	       a->vcpu_id == b->vcpu_id && a->order == b->order &&
	       a->code == b->code &&
	       a->value == b->value;
}

/* ---- adding up ---- */

static void row_init(struct top_row *r, const struct top_key *key)
{
	memset(r, 0, sizeof(*r));
	r->key = *key;
	for (size_t i = 0; i < TOP_HISTORY; i++)
		r->rate[i] = -1;
}

/* Restrict the known values of a row to those of a vCPU that is added. */
static void row_know(struct top_row *r, const struct top_vcpu *v,
		     uint32_t known)
{
	uint32_t delta = v->fresh ? known : 0;

	r->now_known = r->any ? r->now_known & known : known;
	r->delta_known = r->any ? r->delta_known & delta : delta;
	r->any = true;
}

static void add_values(struct top_values *to, const struct top_values *from)
{
	for (size_t i = 0; i < TOP_NR_VALUES; i++)
		to->v[i] += from->v[i];
}

static void add_cell(struct top_row *r, const struct top_vcpu *v,
		     const struct top_cell *c)
{
	row_know(r, v, v->known);
	add_values(&r->now, &c->now);
	add_values(&r->delta, &c->delta);
	for (size_t i = 0; i < TOP_HISTORY; i++) {
		if (c->rate[i] < 0)
			continue;
		r->rate[i] = (r->rate[i] < 0 ? 0 : r->rate[i]) + c->rate[i];
	}
}

static void add_vcpu(struct top_row *r, const struct top_vcpu *v)
{
	r->nr_vcpus++;
	for (size_t i = 0; i < v->nr; i++)
		add_cell(r, v, &v->cells[i]);
	if (!v->nr && !r->any) {
		/* a vCPU without exits: its count is known, and 0 */
		row_know(r, v, v->known);
		r->any = false;
	}
	add_values(&r->now, &v->guest_now);
	add_values(&r->delta, &v->guest_delta);
}

static void add_vm(struct top_row *r, const struct top_vm *vm)
{
	for (size_t i = 0; i < vm->nr; i++)
		if (vm->vcpus[i].listed)
			add_vcpu(r, &vm->vcpus[i]);
}

/* ---- the path ---- */

static bool is_vm(const struct top_vm *vm, const struct top_key *key)
{
	return vm->vm_id == key->vm_id && vm->created_ns == key->created_ns;
}

const struct top_vm *top_path_vm(const struct top_data *d,
				 const struct top_path *path)
{
	for (size_t i = 0; path->has_vm && i < d->nr; i++)
		if (is_vm(d->vms[i], &path->key))
			return d->vms[i];
	return NULL;
}

/* A vCPU of the path that the last snapshot lists. */
static bool is_on_path(const struct top_vcpu *v, const struct top_path *path)
{
	return v->listed &&
	       (!path->has_vcpu || (v->vcpu_id == path->key.vcpu_id &&
				    v->order == path->key.order));
}

/* Called for each vCPU of the path. */
typedef void (*vcpu_fn)(struct top_table *t, const struct top_data *d,
			const struct top_path *path, const struct top_vcpu *v);

static void for_each_vcpu(struct top_table *t, const struct top_data *d,
			  const struct top_path *path, vcpu_fn fn)
{
	for (size_t i = 0; i < d->nr; i++) {
		const struct top_vm *vm = d->vms[i];

		if (path->has_vm ? !is_vm(vm, &path->key) : vm->destroyed)
			continue;
		for (size_t k = 0; k < vm->nr; k++)
			if (is_on_path(&vm->vcpus[k], path))
				fn(t, d, path, &vm->vcpus[k]);
	}
}

/* ---- rows ---- */

static struct top_row *new_row(struct top_table *t, const struct top_key *key)
{
	struct top_row *r;

	t->rows = vec_room(t->rows, t->nr, &t->cap, sizeof(*r));
	r = &t->rows[t->nr++];
	row_init(r, key);
	return r;
}

/* Hash lookup of a key without a VM: the place of its row, or an empty one. */
static uint32_t *place_of(const struct top_table *t, const struct top_key *key)
{
	uint64_t hash = key->code * 0x9e3779b97f4a7c15;

	hash = (hash ^ key->value) * 0x9e3779b97f4a7c15;
	for (size_t at = (hash >> 32) + key->other;; at++) {
		uint32_t *place = &t->places[at & (t->nr_places - 1)];

		if (!*place || top_key_equal(&t->rows[*place - 1].key, key))
			return place;
	}
}

/* At least twice as many places as rows. */
static void make_places(struct top_table *t)
{
	if (t->nr * 2 < t->nr_places)
		return;
	t->nr_places = t->nr_places ? t->nr_places * 2 : 256;
	free(t->places);
	t->places = xcalloc(t->nr_places, sizeof(*t->places));
	for (size_t i = 0; i < t->nr; i++)
		*place_of(t, &t->rows[i].key) = (uint32_t)i + 1;
}

/* Find or add the row of a reason or value, which vCPUs share. */
static struct top_row *shared_row(struct top_table *t,
				  const struct top_key *key, bool *is_new)
{
	uint32_t *place;

	make_places(t);
	place = place_of(t, key);
	*is_new = !*place;
	if (*is_new) {
		new_row(t, key);
		*place = (uint32_t)t->nr;
	}
	return &t->rows[*place - 1];
}

static void add_whole(struct top_table *t, const struct top_data *d,
		      const struct top_path *path, const struct top_vcpu *v)
{
	(void)d;
	(void)path;
	add_vcpu(&t->whole, v);
}

static void vm_rows(struct top_table *t, const struct top_data *d,
		    bool destroyed)
{
	for (size_t i = 0; i < d->nr; i++) {
		const struct top_vm *vm = d->vms[i];
		struct top_row *r;

		if (vm->destroyed && !destroyed)
			continue;
		r = new_row(t, &(struct top_key) {
			.vm_id = vm->vm_id, .created_ns = vm->created_ns });
		r->vm = vm;
		snprintf(r->name, sizeof(r->name), "%s", vm->name);
		add_vm(r, vm);
	}
}

void top_vcpu_name(uint32_t id, uint32_t order, char out[TOP_VCPU_NAME_LEN])
{
	int len = snprintf(out, TOP_VCPU_NAME_LEN, "vCPU %u", id);

	if (order)
		snprintf(out + len, TOP_VCPU_NAME_LEN - (size_t)len, "#%u",
			 order + 1);
}

static void vcpu_row(struct top_table *t, const struct top_vm *vm,
		     const struct top_vcpu *v)
{
	struct top_row *r = new_row(t, &(struct top_key) {
		.vm_id = vm->vm_id, .created_ns = vm->created_ns,
		.vcpu_id = v->vcpu_id, .order = v->order });

	r->vm = vm;
	r->vcpu = v;
	top_vcpu_name(v->vcpu_id, v->order, r->name);
	add_vcpu(r, v);
}

static void vcpu_rows(struct top_table *t, const struct top_data *d,
		      const struct top_path *path)
{
	const struct top_vm *vm = top_path_vm(d, path);

	for (size_t i = 0; vm && i < vm->nr; i++)
		if (vm->vcpus[i].listed)
			vcpu_row(t, vm, &vm->vcpus[i]);
}

static void reason_rows(struct top_table *t, const struct top_data *d,
			const struct top_path *path, const struct top_vcpu *v)
{
	(void)path;
	for (size_t i = 0; i < v->nr; i++) {
		const struct top_cell *c = &v->cells[i];
		const struct top_key key = { .code = c->code };
		struct top_row *r;
		bool is_new;

		r = shared_row(t, &key, &is_new);
		if (is_new)
			reason_code_name(d->hdr.isa, c->code, r->name,
					 sizeof(r->name));
		add_cell(r, v, c);
	}
}

static void add_value(struct top_row *r, const struct top_vcpu *v,
		      const struct top_detail *e)
{
	row_know(r, v, 1u << TOP_EXITS);
	r->at_least |= e->at_least;
	r->now.v[TOP_EXITS] += e->count;
	r->delta.v[TOP_EXITS] += e->delta;
}

static void name_value(const struct top_data *d, const struct top_detail *e,
		       struct top_row *r)
{
	char reason[48];

	reason_code_name(d->hdr.isa, e->code, reason, sizeof(reason));
	if (e->other) {
		snprintf(r->name, sizeof(r->name), "other");
		snprintf(r->known_as, sizeof(r->known_as),
			 "no place in the table");
		return;
	}
	detail_value_text(reason, e->value, r->name, sizeof(r->name));
	snprintf(r->known_as, sizeof(r->known_as), "%s",
		 detail_name(reason, e->value));
}

static void detail_rows(struct top_table *t, const struct top_data *d,
			const struct top_path *path, const struct top_vcpu *v)
{
	for (size_t i = 0; i < v->nr_details; i++) {
		const struct top_detail *e = &v->details[i];
		const struct top_key key = { .value = e->value,
					     .other = e->other };
		struct top_row *r;
		bool is_new;

		if (e->code != path->key.code)
			continue;
		r = shared_row(t, &key, &is_new);
		if (is_new)
			name_value(d, e, r);
		add_value(r, v, e);
	}
}

/* At level detail, the whole is the reason instead of all exits. */
static void whole_reason(struct top_table *t, const struct top_data *d,
			 const struct top_path *path, const struct top_vcpu *v)
{
	(void)d;
	for (size_t i = 0; i < v->nr; i++)
		if (v->cells[i].code == path->key.code)
			add_cell(&t->whole, v, &v->cells[i]);
}

static bool matches(const struct top_row *r, const char *filter)
{
	return strcasestr(r->name, filter) || strcasestr(r->known_as, filter) ||
	       (r->vm && !r->vcpu && strcasestr(r->vm->uuid, filter));
}

static void keep_matching(struct top_table *t, const char *filter)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->nr; i++)
		if (matches(&t->rows[i], filter))
			t->rows[kept++] = t->rows[i];
	t->nr = kept;
}

/* Put the row "(all)", which opens the reasons, before more than one row. */
static void put_all_first(struct top_table *t, enum top_level level)
{
	struct top_row all = t->whole;

	if (level > TOP_VCPUS || t->nr < 2)
		return;
	all.key = (struct top_key) { .all = true };
	snprintf(all.name, sizeof(all.name), "(all)");
	new_row(t, &all.key);
	memmove(t->rows + 1, t->rows, (t->nr - 1) * sizeof(all));
	t->rows[0] = all;
}

void top_rows(const struct top_data *d, const struct top_path *path,
	      const char *filter, bool destroyed, struct top_table *t)
{
	t->nr = 0;
	if (t->nr_places)
		memset(t->places, 0, t->nr_places * sizeof(*t->places));
	t->nr_vms = 0;
	t->nr_destroyed = 0;
	t->interval_ns = d->interval_ns;
	t->at = d->at;
	for (size_t i = 0; i < d->nr; i++) {
		t->nr_vms += !d->vms[i]->destroyed;
		t->nr_destroyed += d->vms[i]->destroyed;
	}
	row_init(&t->whole, &path->key);
	for_each_vcpu(t, d, path, path->level == TOP_DETAIL ? whole_reason :
							      add_whole);
	if (path->level == TOP_VMS)
		vm_rows(t, d, destroyed);
	else if (path->level == TOP_VCPUS)
		vcpu_rows(t, d, path);
	else
		for_each_vcpu(t, d, path, path->level == TOP_REASONS ?
			      reason_rows : detail_rows);
	if (filter && *filter)
		keep_matching(t, filter);
	else
		put_all_first(t, path->level);
}

void top_total(struct top_table *t)
{
	struct top_row *r;

	t->nr = 0;
	r = new_row(t, &t->whole.key);
	*r = t->whole;
	r->key = (struct top_key) { 0 };
	snprintf(r->name, sizeof(r->name), "(all)");
}

void top_table_free(struct top_table *t)
{
	free(t->rows);
	free(t->places);
	memset(t, 0, sizeof(*t));
}

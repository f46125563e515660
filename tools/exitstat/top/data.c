// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements data.h: makes cells from the changes that snapshot/delta.h finds.
 */
#include <stdlib.h>
#include <string.h>

#include "top/data.h"

static uint32_t known_values(uint64_t fields_given, bool has_times)
{
	static const struct {
		uint64_t field;
		enum top_value value;
	} fields[] = {
		{ KES_FIELD_CONTEXT, TOP_L2 },
		{ KES_FIELD_REFLECTED, TOP_REFLECTED },
		{ KES_FIELD_FASTPATH, TOP_FASTPATH },
		{ KES_FIELD_USERSPACE, TOP_USERSPACE },
		{ KES_FIELD_NESTED, TOP_RECEIVED },
	};
	uint32_t known = 1u << TOP_EXITS;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (fields_given & fields[i].field)
			known |= 1u << fields[i].value;
	return known | (has_times ? TOP_NS_VALUES : 0);
}

/* The earlier intervals of the vCPU had no exit of this reason. */
static void begin_history(const struct top_data *d, const struct top_vcpu *v,
			  struct top_cell *c)
{
	for (size_t n = 0; n < TOP_HISTORY; n++)
		c->rate[(d->at + TOP_HISTORY - n) % TOP_HISTORY] =
			n < v->age ? 0 : -1;
}

/* A search starts at the last hit, because reasons are in order. */
static struct top_cell *find_cell(const struct top_data *d, struct top_vcpu *v,
				  size_t *at, uint64_t code)
{
	struct top_cell *c;

	for (size_t n = 0; n < v->nr; n++) {
		c = &v->cells[*at < v->nr ? *at : 0];
		*at = *at + 1 < v->nr ? *at + 1 : 0;
		if (c->code == code)
			return c;
	}
	v->cells = vec_room(v->cells, v->nr, &v->cap, sizeof(*c));
	c = &v->cells[v->nr++];
	memset(c, 0, sizeof(*c));
	c->code = code;
	begin_history(d, v, c);
	return c;
}

static void add(struct top_values *now, struct top_values *delta,
		enum top_value i, uint64_t n)
{
	now->v[i] += n;
	delta->v[i] = n;
}

static void update_exits(const struct top_data *d, struct top_vcpu *v,
			 const struct delta_list *l)
{
	const struct delta_exit *x = l->data;
	size_t at = 0;

	for (size_t i = 0; i < l->nr; i++, x++) {
		struct top_cell *c = find_cell(d, v, &at, x->code);

		add(&c->now, &c->delta, TOP_EXITS,
		    x->n[DELTA_L1] + x->n[DELTA_L2]);
		add(&c->now, &c->delta, TOP_L2, x->n[DELTA_L2]);
		add(&c->now, &c->delta, TOP_REFLECTED, x->n[DELTA_REFLECTED]);
		add(&c->now, &c->delta, TOP_FASTPATH, x->n[DELTA_FASTPATH]);
		add(&c->now, &c->delta, TOP_USERSPACE, x->n[DELTA_USERSPACE]);
	}
}

static void update_nested(const struct top_data *d, struct top_vcpu *v,
			  const struct delta_list *l)
{
	const struct delta_nested *x = l->data;
	size_t at = 0;

	for (size_t i = 0; i < l->nr; i++, x++) {
		struct top_cell *c = find_cell(d, v, &at, x->code);

		add(&c->now, &c->delta, TOP_RECEIVED, x->n);
	}
}

static void update_times(const struct top_data *d, struct top_vcpu *v,
			 const struct delta_change *from, bool destroyed)
{
	const struct kes_time_record *t = &from->vcpu->time;
	const struct delta_time *x = from->times.data;
	size_t at = 0;

	v->state = t->first_cyc && !destroyed ? (int)t->state : -1;
	add(&v->guest_now, &v->guest_delta, TOP_NS_GUEST, from->guest_ns);
	for (size_t i = 0; i < from->times.nr; i++, x++) {
		struct top_cell *c = find_cell(d, v, &at, x->code);

		for (int k = 0; k < DELTA_NR_STATES; k++)
			add(&c->now, &c->delta, TOP_NS_HANDLER + k, x->ns[k]);
	}
}

static void update_details(struct top_vcpu *v, const struct delta_list *l)
{
	const struct delta_detail *x = l->data;

	v->details = vec_reserve(v->details, 0, l->nr + 1, &v->cap_details,
				 sizeof(*v->details));
	v->nr_details = l->nr;
	for (size_t i = 0; i < l->nr; i++)
		v->details[i] = (struct top_detail) {
			.code = x[i].now->code, .value = x[i].now->value,
			.other = x[i].now->flags & KES_DETAIL_OTHER,
			.at_least = x[i].now->flags & KES_DETAIL_AT_LEAST,
			.count = x[i].now->count, .delta = x[i].n,
		};
}

static void end_interval(const struct top_data *d, struct top_vcpu *v)
{
	for (size_t i = 0; i < v->nr; i++) {
		struct top_cell *c = &v->cells[i];

		c->rate[d->at] = !v->fresh ? -1 :
			(float)((double)c->delta.v[TOP_EXITS] * 1e9 /
				(double)d->interval_ns);
	}
	v->age++;
}

/*
 * Do the counts of a new vCPU belong to this interval? The first read of KVM's
 * own statistics may be late; other sources count from the vCPU's creation.
 */
static bool is_fresh(const struct top_data *d, const struct top_vm *vm)
{
	return d->interval_ns && (d->hdr.source != KES_SOURCE_KVM_STATS ||
				  vm->created_ns >=
				  d->hdr.end_ns - d->interval_ns);
}

/* Counters that restarted begin at 0. */
static void begin_values(struct top_vcpu *v, const struct delta_change *from)
{
	v->guest_delta = (struct top_values) { 0 };
	if (from->times_restarted)
		v->guest_now = (struct top_values) { 0 };
	for (size_t i = 0; i < v->nr; i++) {
		struct top_cell *c = &v->cells[i];

		c->delta = (struct top_values) { 0 };
		for (int k = 0; from->restarted && k < TOP_NS_GUEST; k++)
			c->now.v[k] = 0;
		for (int k = TOP_NS_GUEST;
		     from->times_restarted && k < TOP_NR_VALUES; k++)
			c->now.v[k] = 0;
	}
}

/* Changes list only vCPUs that ran: the values of the others stay. */
static void begin_interval(const struct top_data *d, const struct top_vm *vm,
			   struct top_vcpu *v)
{
	v->listed = true;
	v->sample = d->samples;
	v->fresh = d->interval_ns && (v->age || is_fresh(d, vm));
	for (size_t i = 0; i < v->nr_details; i++)
		v->details[i].delta = 0;
}

static void update_vcpu(struct top_data *d, struct top_vm *vm,
			const struct delta_change *from)
{
	struct top_vcpu *v = &vm->vcpus[from->index];

	begin_interval(d, vm, v);
	v->known = known_values(d->hdr.fields, from->has_times);
	v->state = -1;
	begin_values(v, from);
	update_exits(d, v, &from->exits);
	update_nested(d, v, &from->nested);
	if (from->has_times)
		update_times(d, v, from, vm->destroyed);
	if (from->now)
		update_details(v, &from->details);
	end_interval(d, v);
}

static void update_idle(const struct top_data *d, struct top_vm *vm,
			struct top_vcpu *v)
{
	static const struct delta_change nothing;

	begin_interval(d, vm, v);
	begin_values(v, &nothing);
	end_interval(d, v);
}

static void add_vcpu(struct top_vm *vm, const struct delta_vcpu *from)
{
	vm->vcpus = vec_room(vm->vcpus, vm->nr, &vm->cap, sizeof(*vm->vcpus));
	vm->vcpus[vm->nr++] = (struct top_vcpu) {
		.vcpu_id = from->vcpu_id, .order = from->order, .state = -1 };
}

static struct top_vm *new_vm(struct top_data *d, const struct snap_vm *from)
{
	struct top_vm *vm = xcalloc(1, sizeof(*vm));

	vm->vm_id = from->vm_id;
	vm->pid = from->pid;
	vm->created_ns = from->created_ns;
	d->name(d->arg, from, vm);
	return vm;
}

static void update_vm(struct top_data *d, struct delta_vm *from)
{
	struct top_vm *vm = from->user;
	const struct delta_change *c;

	if (!vm)
		from->user = vm = new_vm(d, from->now);
	vm->destroyed = from->now->destroyed;
	while ((c = delta_next(&d->delta, from))) {
		if (c->index == vm->nr)
			add_vcpu(vm, c->vcpu);
		update_vcpu(d, vm, c);
	}
}

/* The vCPUs that are not in the snapshot: if they are still there, nothing changed. */
static void update_others(struct top_data *d, struct delta_vm *from)
{
	struct top_vm *vm = from->user;

	for (size_t i = 0; from->now && i < vm->nr; i++) {
		struct top_vcpu *v = &vm->vcpus[i];

		if (v->sample == d->samples)
			continue;
		v->listed = delta_is_listed(&d->delta, from, &from->vcpus[i]);
		if (v->listed)
			update_idle(d, vm, v);
	}
}

static void free_vm(void *user)
{
	struct top_vm *vm = user;

	for (size_t i = 0; i < vm->nr; i++) {
		free(vm->vcpus[i].cells);
		free(vm->vcpus[i].details);
	}
	free(vm->vcpus);
	free(vm);
}

/* All VMs of the engine are shown; it drops evicted ones. */
static void list_vms(struct top_data *d)
{
	d->nr = d->delta.nr_vms;
	d->vms = vec_reserve(d->vms, 0, d->nr + 1, &d->cap, sizeof(*d->vms));
	for (size_t i = 0; i < d->nr; i++)
		d->vms[i] = d->delta.vms[i]->user;
}

bool top_data_update(struct top_data *d, const struct snapshot *s)
{
	if (d->samples && s->hdr.end_ns <= d->hdr.end_ns)
		return false;
	d->interval_ns = d->samples ? s->hdr.end_ns - d->hdr.end_ns : 0;
	d->hdr = s->hdr;
	d->samples++;
	d->at = (d->at + 1) % TOP_HISTORY;
	d->delta.groups = KES_GROUP_DETAIL;
	d->delta.drop = free_vm;
	delta_begin(&d->delta, s);
	for (size_t i = 0; i < d->delta.nr_listed; i++)
		update_vm(d, d->delta.listed[i]);
	for (size_t i = 0; i < d->delta.nr_vms; i++)
		update_others(d, d->delta.vms[i]);
	delta_end(&d->delta);
	list_vms(d);
	return true;
}

void top_data_free(struct top_data *d)
{
	delta_free(&d->delta);
	free(d->vms);
	memset(d, 0, sizeof(*d));
}

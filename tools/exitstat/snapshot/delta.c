// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements delta.h: the list of VMs and vCPUs, and their counters. Times, histograms
 * and details are in delta-groups.c.
 *
 * If one counter decreased, all counters of the vCPU are new. This is known after all
 * have been compared; then they are compared again, with zeros.
 */
#include <assert.h>
#include <stdlib.h>

#include "snapshot/delta-groups.h"
#include "snapshot/delta-list.h"
#include "snapshot/delta-reasons.h"
#include "snapshot/delta.h"

/* With a thousand vCPUs, cache misses dominate the cost. */
static_assert(sizeof(struct delta_last) + DELTA_NR_COUNTS * 8 <= 64,
	      "a line of the cache for each counter");

static_assert(offsetof(struct kes_exit, userspace) ==
	      offsetof(struct kes_exit, l1) + 8 * DELTA_USERSPACE,
	      "enum delta_count has their order");

/* ---- a vCPU ---- */

static_assert(offsetof(struct snap_vcpu, forced) ==
	      offsetof(struct snap_vcpu, attempts) + 8 * DELTA_FORCED,
	      "enum delta_sum has their order");

static bool is_listed(const struct delta *d, const struct snap_vcpu *now,
		      uint64_t code)
{
	for (size_t i = 0; i < now->nr_exits; i++)
		if (snap_exits(d->s, now)[i].code == code)
			return true;
	return false;
}

/* Snapshots list only non-zero counters. Check for one that is 0 again. */
static bool lacks_one(const struct delta *d, const struct delta_vcpu *v,
		      const struct snap_vcpu *now)
{
	for (size_t i = 0; v->exits.nr > now->nr_exits && i < v->exits.nr; i++) {
		const struct delta_last *last =
			delta_last(&v->exits, i, DELTA_NR_COUNTS);
		uint64_t any = 0;

		for (int k = 0; k < DELTA_NR_COUNTS; k++)
			any |= last->n[k];
		if (any && !is_listed(d, now, last->code))
			return true;
	}
	return false;
}

/* Negative if a counter decreased. */
static int64_t compare_exits(struct delta *d, struct delta_vcpu *v,
			     const struct snap_vcpu *now)
{
	const struct kes_exit *e = now->nr_exits ? snap_exits(d->s, now) : NULL;
	struct delta_list *out = &d->change.exits;
	struct delta_exit *x;
	int64_t signs = 0;
	size_t at = 0;

	x = out->data = vec_reserve(out->data, 0, now->nr_exits + 1, &out->cap,
				    sizeof(*x));
	for (size_t i = 0; i < now->nr_exits; i++, e++) {
		struct delta_last *last = delta_find(&v->exits, DELTA_NR_COUNTS,
						     &at, e->code);
		bool is_new = !last;

		if (is_new)
			last = delta_add(d, &v->exits, DELTA_NR_COUNTS, e->code,
					 delta_reason(d, e->code), &e->l1);
		if (!delta_change(d, last, DELTA_NR_COUNTS, &e->l1, is_new,
				  x->n, &signs))
			continue;
		x->code = e->code;
		x++->reason = last->reason;
	}
	out->nr = (size_t)(x - (struct delta_exit *)out->data);
	return signs;
}

static int64_t compare_users(struct delta *d, struct delta_vcpu *v,
			     const struct snap_vcpu *now)
{
	const struct kes_userspace *e =
		delta_part(d->s->users, sizeof(*e), &now->users);
	struct delta_list *out = &d->change.users;
	struct delta_user *x;
	int64_t signs = 0;
	size_t at = 0;

	x = out->data = vec_reserve(out->data, 0, now->users.nr + 1, &out->cap,
				    sizeof(*x));
	for (size_t i = 0; i < now->users.nr; i++) {
		struct delta_last *last = delta_find(&v->users, 1, &at,
						     e[i].reason);

		if (!last)
			last = delta_add(d, &v->users, 1, e[i].reason, 0,
					 &e[i].count);
		x->reason = e[i].reason;
		x += delta_change(d, last, 1, &e[i].count, false, &x->n,
				  &signs);
	}
	out->nr = (size_t)(x - (struct delta_user *)out->data);
	return signs;
}

static int64_t compare_nested(struct delta *d, struct delta_vcpu *v,
			      const struct snap_vcpu *now)
{
	const struct kes_nested *e =
		delta_part(d->s->nested, sizeof(*e), &now->nested);
	struct delta_list *out = &d->change.nested;
	struct delta_nested *x;
	int64_t signs = 0;
	size_t at = 0;

	x = out->data = vec_reserve(out->data, 0, now->nested.nr + 1, &out->cap,
				    sizeof(*x));
	for (size_t i = 0; i < now->nested.nr; i++) {
		struct delta_last *last = delta_find(&v->nested, 1, &at,
						     e[i].code);

		if (!last)
			last = delta_add(d, &v->nested, 1, e[i].code,
					 delta_reason(d, e[i].code),
					 &e[i].count);
		x->code = e[i].code;
		x->reason = last->reason;
		x += delta_change(d, last, 1, &e[i].count, false, &x->n,
				  &signs);
	}
	out->nr = (size_t)(x - (struct delta_nested *)out->data);
	return signs;
}

/* Subtract all counters; return whether one decreased. */
static bool compare(struct delta *d, struct delta_vcpu *v,
		    const struct snap_vcpu *now)
{
	uint64_t any = 0;
	int64_t signs;

	d->pass++;
	signs = compare_exits(d, v, now) | compare_users(d, v, now) |
		compare_nested(d, v, now) |
		delta_subtract(d->change.sums, &now->attempts, v->sums,
			       DELTA_NR_SUMS, &any);
	return signs < 0 || (!d->partial && lacks_one(d, v, now));
}

static void begin_life(struct delta_vcpu *v, const struct snap_vcpu *now)
{
	for (int i = 0; i < DELTA_NR_SUMS; i++)
		v->sums[i] = delta_start(delta_number(&now->attempts, i));
	v->exits.nr = 0;
	v->users.nr = 0;
	v->nested.nr = 0;
	v->times.nr = 0;
	v->histograms.nr = 0;
	v->details.nr = 0;
	v->first_cyc = 0;
	v->charged_cyc = 0;
}

static void take_counters(struct delta *d, struct delta_vcpu *v,
			  const struct snap_vcpu *now)
{
	struct delta_change *out = &d->change;

	out->restarted = compare(d, v, now);
	if (out->restarted) {
		d->restarts++;
		begin_life(v, now);
		compare(d, v, now);
	}
	memcpy(v->sums, &now->attempts, sizeof(v->sums));
	out->unknown_last = now->unknown_last == v->unknown_last ? 0 :
			    now->unknown_last;
	v->unknown_last = now->unknown_last;
}

/* The first of the known vCPUs with this id that this snapshot has not listed yet. */
static struct delta_vcpu *first_unseen(const struct delta *d,
				       struct delta_vm *vm, uint32_t id)
{
	for (size_t i = 0; i < vm->nr; i++)
		if (vm->vcpus[i].vcpu_id == id &&
		    vm->vcpus[i].seen != d->samples)
			return &vm->vcpus[i];
	return NULL;
}

static struct delta_vcpu *known_vcpu(const struct delta *d, struct delta_vm *vm,
				     uint32_t id)
{
	for (size_t n = 0; n < vm->nr; n++) {
		struct delta_vcpu *v = &vm->vcpus[vm->at < vm->nr ? vm->at : 0];

		vm->at = vm->at + 1 < vm->nr ? vm->at + 1 : 0;
		if (v->vcpu_id == id && v->seen != d->samples)
			return v->order ? first_unseen(d, vm, id) : v;
	}
	return NULL;
}

static uint32_t count_id(const struct delta_vm *vm, uint32_t id)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < vm->nr; i++)
		nr += vm->vcpus[i].vcpu_id == id;
	return nr;
}

static struct delta_vcpu *find_vcpu(const struct delta *d, struct delta_vm *vm,
				    const struct snap_vcpu *now, bool *is_new)
{
	struct delta_vcpu *v = known_vcpu(d, vm, now->vcpu_id);

	*is_new = !v;
	if (v)
		return v;
	vm->vcpus = vec_room(vm->vcpus, vm->nr, &vm->cap, sizeof(*v));
	v = &vm->vcpus[vm->nr];
	memset(v, 0, sizeof(*v));
	v->vcpu_id = now->vcpu_id;
	v->order = count_id(vm, now->vcpu_id);
	vm->nr++;
	begin_life(v, now);
	return v;
}

/* Clear the result; the lists keep their memory. */
static void clear_change(struct delta_change *c)
{
	c->restarted = false;
	c->has_times = false;
	c->times_restarted = false;
	memset(c->sums, 0, sizeof(c->sums));
	c->unknown_last = 0;
	c->elapsed_ns = 0;
	c->guest_ns = 0;
	c->backwards = 0;
	c->exits.nr = 0;
	c->users.nr = 0;
	c->nested.nr = 0;
	c->times.nr = 0;
	c->buckets.nr = 0;
	c->details.nr = 0;
}

/* Prefetch everything at once. */
static void fetch(const struct delta_vcpu *v)
{
	for (size_t i = 0; i < v->exits.nr; i++)
		__builtin_prefetch(delta_last(&v->exits, i, DELTA_NR_COUNTS), 1);
	__builtin_prefetch(v->users.data, 1);
	__builtin_prefetch(v->times.data, 1);
}

const struct delta_change *delta_vcpu(struct delta *d, struct delta_vm *vm,
				      size_t i)
{
	const struct snap_vcpu *now = &d->s->vcpus[vm->now->first_vcpu + i];
	struct delta_change *out = &d->change;
	struct delta_vcpu *v;

	clear_change(out);
	v = find_vcpu(d, vm, now, &out->is_new);
	out->vcpu = v;
	out->index = (size_t)(v - vm->vcpus);
	out->now = now;
	v->seen = d->samples;
	v->now = now;
	fetch(v);
	take_counters(d, v, now);
	vm->nr_timed -= v->has_times;
	delta_groups(d, vm, v, now);
	vm->nr_timed += v->has_times;
	return out;
}

static const struct delta_change *idle_vcpu(struct delta *d,
					    const struct delta_vm *vm,
					    struct delta_vcpu *v)
{
	struct delta_change *out = &d->change;

	clear_change(out);
	out->is_new = false;
	out->vcpu = v;
	out->index = (size_t)(v - vm->vcpus);
	out->now = NULL;
	delta_groups_idle(d, v);
	return out;
}

static bool has_next(const struct delta *d, const struct delta_vm *vm)
{
	return vm->seen == d->samples && vm->next_record < vm->last.nr_vcpus;
}

/* Whether the next record is that of this vCPU. */
static bool is_next(const struct delta *d, const struct delta_vm *vm,
		    const struct delta_vcpu *v)
{
	return has_next(d, vm) &&
	       d->s->vcpus[vm->last.first_vcpu + vm->next_record].vcpu_id ==
	       v->vcpu_id;
}

/* Whether the times of a VM's vCPUs go on without a record. */
static bool has_clocks(const struct delta *d, const struct delta_vm *vm)
{
	return d->partial && vm->nr_timed && vm->now && !vm->now->destroyed;
}

const struct delta_change *delta_next(struct delta *d, struct delta_vm *vm)
{
	while (has_clocks(d, vm) && vm->next_vcpu < vm->nr) {
		struct delta_vcpu *v = &vm->vcpus[vm->next_vcpu++];

		if (is_next(d, vm, v))
			break;
		if (v->has_times && v->seen != d->samples)
			return idle_vcpu(d, vm, v);
	}
	if (!has_next(d, vm))
		return NULL;
	return delta_vcpu(d, vm, vm->next_record++);
}

bool delta_is_listed(const struct delta *d, const struct delta_vm *vm,
		     const struct delta_vcpu *v)
{
	return v->seen >= (vm->last.destroyed ? vm->seen : d->whole);
}

const struct kes_detail_value *delta_details(const struct delta *d,
					     const struct delta_vcpu *v,
					     size_t *nr)
{
	if (!d->partial) {
		*nr = v->now->details.nr;
		return d->s->details + v->now->details.first;
	}
	*nr = v->details.nr;
	return v->details.data;
}

void delta_forget_vcpus(struct delta_vm *vm)
{
	for (size_t i = 0; i < vm->nr; i++) {
		free(vm->vcpus[i].exits.data);
		free(vm->vcpus[i].users.data);
		free(vm->vcpus[i].nested.data);
		free(vm->vcpus[i].times.data);
		free(vm->vcpus[i].histograms.data);
		free(vm->vcpus[i].details.data);
	}
	free(vm->vcpus);
	vm->vcpus = NULL;
	vm->nr = 0;
	vm->cap = 0;
	vm->nr_timed = 0;
}

/* ---- VMs ---- */

static struct delta_vm *find_vm(struct delta *d, const struct snap_vm *now,
				size_t *at)
{
	struct delta_vm *vm;

	for (size_t n = 0; n < d->nr_vms; n++) {
		vm = d->vms[*at < d->nr_vms ? *at : 0];
		*at = *at + 1 < d->nr_vms ? *at + 1 : 0;
		if (vm->vm_id == now->vm_id &&
		    vm->created_ns == now->created_ns)
			return vm;
	}
	vm = xcalloc(1, sizeof(*vm));
	vm->vm_id = now->vm_id;
	vm->created_ns = now->created_ns;
	d->vms = vec_room(d->vms, d->nr_vms, &d->cap_vms, sizeof(vm));
	d->vms[d->nr_vms++] = vm;
	return vm;
}

static void list_vm(struct delta *d, struct delta_vm *vm)
{
	d->listed = vec_room(d->listed, d->nr_listed, &d->cap_listed,
			     sizeof(struct delta_vm *));
	d->listed[d->nr_listed++] = vm;
	vm->at = 0;
	vm->next_record = 0;
	vm->next_vcpu = 0;
}

/* Returns whether a VM that is not mentioned has to be listed. */
static bool take_vms(struct delta *d, const struct snapshot *s)
{
	bool clocks = false;
	size_t at = 0;

	for (size_t i = 0; i < d->nr_vms; i++) {
		if (!d->partial)
			d->vms[i]->now = NULL;
		clocks |= has_clocks(d, d->vms[i]);
	}
	for (size_t i = 0; i < s->nr_vms; i++) {
		struct delta_vm *vm = find_vm(d, &s->vms[i], &at);

		vm->last = s->vms[i];
		vm->now = vm->last.evicted ? NULL : &vm->last;
		vm->seen = d->samples;
		if (vm->now)
			list_vm(d, vm);
	}
	return clocks;
}

void delta_begin(struct delta *d, const struct snapshot *s)
{
	d->s = s;
	d->hdr = s->hdr;
	d->partial = snapshot_is_partial(s);
	d->samples++;
	if (!d->partial)
		d->whole = d->samples;
	d->nr_listed = 0;
	if (!take_vms(d, s))
		return;
	/* in order of appearance, which is that of full snapshots */
	d->nr_listed = 0;
	for (size_t i = 0; i < d->nr_vms; i++)
		if (d->vms[i]->now && (d->vms[i]->seen == d->samples ||
				       has_clocks(d, d->vms[i])))
			list_vm(d, d->vms[i]);
}

static void free_vm(const struct delta *d, struct delta_vm *vm)
{
	delta_forget_vcpus(vm);
	if (d->drop && vm->user)
		d->drop(vm->user);
	free(vm);
}

static bool is_kept(const struct delta *d, struct delta_vm *vm)
{
	if (vm->now)
		vm->unlisted_ns = 0;
	else if (!vm->unlisted_ns)
		vm->unlisted_ns = d->hdr.end_ns;
	return vm->now || d->hdr.end_ns - vm->unlisted_ns < d->keep_ns;
}

void delta_end(struct delta *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->nr_vms; i++) {
		if (is_kept(d, d->vms[i]))
			d->vms[kept++] = d->vms[i];
		else
			free_vm(d, d->vms[i]);
	}
	d->nr_vms = kept;
}

void delta_free(struct delta *d)
{
	for (size_t i = 0; i < d->nr_vms; i++)
		free_vm(d, d->vms[i]);
	free(d->vms);
	free(d->listed);
	free(d->reasons);
	free(d->change.exits.data);
	free(d->change.users.data);
	free(d->change.nested.data);
	free(d->change.times.data);
	free(d->change.buckets.data);
	free(d->change.details.data);
	memset(d, 0, sizeof(*d));
}

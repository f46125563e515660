// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements counters-snap.h: assigns VMs to series, and adds the differences found
 * by snapshot/delta.h.
 */
#include <assert.h>
#include <stdlib.h>

#include "exits/reasons.h"
#include "metrics/counters-snap.h"

static_assert((int)COUNTERS_FORCED == DELTA_FORCED &&
	      (int)COUNTERS_NS_GUEST == DELTA_NR_SUMS, "the same order");

struct counted_vm {
	bool ended;
	struct counters_series *series;	/* NULL: counted only for the host */
};

/* ---- counters ---- */

static size_t new_key(struct counters *all, uint32_t i)
{
	const struct delta_reason *r = &all->delta.reasons[i];
	const struct reason *known = reason_by_code(r->isa, r->code);
	char name[48];

	while (all->nr_reason_keys <= i) {
		all->reason_keys = vec_room(all->reason_keys,
					    all->nr_reason_keys,
					    &all->cap_reason_keys,
					    sizeof(*all->reason_keys));
		all->reason_keys[all->nr_reason_keys++] = SIZE_MAX;
	}
	reason_code_name(r->isa, r->code, name, sizeof(name));
	all->reason_keys[i] = counters_key(all, name, known ?
					   reason_class_name(known->class) :
					   "other");
	return all->reason_keys[i];
}

/* The key of delta.reasons[@i]. */
static size_t key_of(struct counters *all, uint32_t i)
{
	size_t key = i < all->nr_reason_keys ? all->reason_keys[i] : SIZE_MAX;

	return key == SIZE_MAX ? new_key(all, i) : key;
}

static void add_exits(struct counters *all, struct counters_series *s,
		      const struct delta_change *c)
{
	const struct delta_exit *x = c->exits.data;

	for (size_t i = 0; i < c->exits.nr; i++)
		for (int k = 0; k < DELTA_NR_COUNTS; k++)
			counters_add(all, s, c->vcpu->vcpu_id,
				     key_of(all, x[i].reason),
				     COUNTERS_L1 + (enum counters_value)k,
				     x[i].n[k]);
}

static void add_nested(struct counters *all, struct counters_series *s,
		       const struct delta_change *c)
{
	const struct delta_nested *x = c->nested.data;

	for (size_t i = 0; i < c->nested.nr; i++)
		counters_add(all, s, c->vcpu->vcpu_id, key_of(all, x[i].reason),
			     COUNTERS_RECEIVED, x[i].n);
}

static void add_returns(struct counters *all, struct counters_series *s,
			const struct delta_change *c)
{
	const struct delta_user *x = c->users.data;

	for (size_t i = 0; i < c->users.nr; i++)
		counters_add_returns(all, s, x[i].reason, x[i].n);
}

static void add_times(struct counters *all, struct counters_series *s,
		      const struct delta_change *c)
{
	const struct delta_time *x = c->times.data;

	counters_add_sum(all, s, COUNTERS_NS_GUEST, c->guest_ns);
	for (size_t i = 0; i < c->times.nr; i++) {
		counters_add(all, s, c->vcpu->vcpu_id, key_of(all, x[i].reason),
			     COUNTERS_HANDLER_NS,
			     x[i].ns[KES_STATE_HANDLER - 1]);
		for (int k = 0; k < DELTA_NR_STATES; k++)
			counters_add_sum(all, s, COUNTERS_NS_GUEST + 1 +
					 (enum counters_sum)k, x[i].ns[k]);
	}
}

/*
 * The unaccounted attempts of a vCPU are added up, because changes list only some of
 * its exits. May wrap with a broken source.
 */
static void add_unaccounted(const struct delta_change *c)
{
	const struct delta_exit *x = c->exits.data;
	uint64_t sum = c->sums[DELTA_ATTEMPTS] - c->sums[DELTA_ENTRY_FAILED] -
		       c->sums[DELTA_ENTRY_EMULATED];

	for (size_t i = 0; i < c->exits.nr; i++)
		sum -= x[i].n[DELTA_L1] + x[i].n[DELTA_L2];
	if (!c->restarted)
		sum += (uint64_t)c->vcpu->user;
	c->vcpu->user = (int64_t)sum;
}

static void add_vm(struct counters *all, struct delta_vm *vm)
{
	const struct counted_vm *v = vm->user;
	struct counters_series *s = v->series;
	const struct delta_change *c;

	while ((c = delta_next(&all->delta, vm))) {
		add_exits(all, s, c);
		for (int k = 0; k < DELTA_NR_SUMS; k++)
			counters_add_sum(all, s, COUNTERS_ATTEMPTS +
					 (enum counters_sum)k, c->sums[k]);
		add_nested(all, s, c);
		add_returns(all, s, c);
		add_times(all, s, c);
		add_unaccounted(c);
	}
}

/* The vCPUs of running VMs, also of those that did not change. */
static void count_vcpus(struct counters *all, const struct delta_vm *vm)
{
	const struct counted_vm *v = vm->user;
	struct counters_series *s = v->series;

	if (!vm->now || v->ended)
		return;
	for (size_t i = 0; i < vm->nr; i++) {
		if (!delta_is_listed(&all->delta, vm, &vm->vcpus[i]))
			continue;
		s->unaccounted = (int64_t)((uint64_t)s->unaccounted +
					   (uint64_t)vm->vcpus[i].user);
		s->nr_vcpus++;
	}
}

/* ---- VMs ---- */

/* Find the series of a VM, unless it was destroyed more than keep_ns ago. */
static void open_series(struct counters *all, struct counted_vm *v,
			const struct snap_vm *from)
{
	char name[64] = "", uuid[40] = "";

	if (from->destroyed &&
	    all->hdr.end_ns >= from->destroyed_ns + all->cfg.keep_ns)
		return;
	all->cfg.name(all->cfg.arg, from, name, uuid);
	v->series = counters_open(all, name, uuid);
	v->series->pid = from->pid;
	v->series->created_ns = from->created_ns;
}

static void end_vm(struct counters *all, struct counted_vm *v)
{
	if (v->ended)
		return;
	v->ended = true;
	if (v->series)
		counters_leave(all, v->series);
}

/*
 * A VM that is not listed because it could not be read may be listed again later and
 * must not be counted twice: it is remembered as long as a destroyed VM.
 */
static void end_old(struct counters *all)
{
	for (size_t i = 0; i < all->delta.nr_vms; i++) {
		const struct delta_vm *vm = all->delta.vms[i];

		if (vm->user && (!vm->now || vm->now->destroyed))
			end_vm(all, vm->user);
	}
}

/* A VM that is new or listed again. */
static void see_new(struct counters *all, struct delta_vm *vm)
{
	struct counted_vm *v = vm->user;

	if (!v)
		vm->user = v = xcalloc(1, sizeof(*v));
	else if (!v->ended || vm->now->destroyed)
		return;
	v->ended = false;
	open_series(all, v, vm->now);
	if (vm->now->destroyed)
		end_vm(all, v);
}

/* Values of running VMs start at 0 in each snapshot. */
static void begin_pass(struct counters *all)
{
	for (size_t i = 0; i < all->nr; i++) {
		all->series[i]->unaccounted = 0;
		all->series[i]->nr_vcpus = 0;
	}
	all->other.unaccounted = 0;
	all->other.nr_vcpus = 0;
}

/* Destroyed VMs may be listed for longer than their series are kept. */
static void leave_old(struct counters *all)
{
	for (size_t i = 0; i < all->delta.nr_vms; i++) {
		struct counted_vm *v = all->delta.vms[i]->user;

		if (v->series && counters_is_old(all, v->series))
			v->series = NULL;
	}
	counters_drop_old(all);
}

/* Destroyed VMs first: they free names for others. */
void counters_update(struct counters *all, const struct snapshot *s)
{
	struct delta *d = &all->delta;

	all->hdr = s->hdr;
	delta_begin(d, s);
	end_old(all);
	for (int destroyed = 1; destroyed >= 0; destroyed--)
		for (size_t i = 0; i < d->nr_listed; i++)
			if (d->listed[i]->now->destroyed == destroyed)
				see_new(all, d->listed[i]);
	for (size_t i = 0; i < d->nr_listed; i++)
		add_vm(all, d->listed[i]);
	begin_pass(all);
	for (size_t i = 0; i < d->nr_vms; i++)
		count_vcpus(all, d->vms[i]);
	delta_end(d);
	all->restarts = d->restarts;
	all->samples++;
	leave_old(all);
}

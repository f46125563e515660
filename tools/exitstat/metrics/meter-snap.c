// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements meter-snap.h: assigns VMs to accounts, and adds the differences found by
 * snapshot/delta.h.
 */
#include <stdlib.h>

#include "exits/reasons.h"
#include "metrics/meter-snap.h"

struct meter_vm {
	bool ended;
	struct meter_account *account;	/* NULL: counted only for the host */
};

/* ---- counters ---- */

static size_t new_key(struct meter *m, uint32_t i)
{
	const struct delta_reason *r = &m->delta.reasons[i];
	const struct reason *known = reason_by_code(r->isa, r->code);
	char name[48];

	while (m->nr_reason_keys <= i) {
		m->reason_keys = vec_room(m->reason_keys, m->nr_reason_keys,
					  &m->cap_reason_keys,
					  sizeof(*m->reason_keys));
		m->reason_keys[m->nr_reason_keys++] = SIZE_MAX;
	}
	reason_code_name(r->isa, r->code, name, sizeof(name));
	m->reason_keys[i] = meter_key(m, name, known ?
				      reason_class_name(known->class) :
				      "other");
	return m->reason_keys[i];
}

/* The key of delta.reasons[@i]. */
static size_t key_of(struct meter *m, uint32_t i)
{
	size_t key = i < m->nr_reason_keys ? m->reason_keys[i] : SIZE_MAX;

	return key == SIZE_MAX ? new_key(m, i) : key;
}

static void add_exits(struct meter *m, struct meter_account *a,
		      const struct delta_change *c)
{
	const struct delta_exit *x = c->exits.data;

	for (size_t i = 0; i < c->exits.nr; i++)
		for (int k = 0; k < DELTA_NR_COUNTS; k++)
			meter_add(m, a, c->vcpu->vcpu_id,
				  key_of(m, x[i].reason),
				  METER_L1 + (enum meter_value)k, x[i].n[k]);
}

static void add_times(struct meter *m, struct meter_account *a,
		      const struct delta_change *c)
{
	const struct delta_time *x = c->times.data;

	meter_add_sum(m, a, METER_NS_GUEST, c->guest_ns);
	for (size_t i = 0; i < c->times.nr; i++) {
		meter_add(m, a, c->vcpu->vcpu_id, key_of(m, x[i].reason),
			  METER_HANDLER_NS, x[i].ns[KES_STATE_HANDLER - 1]);
		for (int k = 0; k < DELTA_NR_STATES; k++)
			meter_add_sum(m, a, METER_NS_GUEST + 1 +
				      (enum meter_sum)k, x[i].ns[k]);
	}
}

static void add_vm(struct meter *m, struct delta_vm *vm)
{
	const struct meter_vm *v = vm->user;
	struct meter_account *a = v->account;

	for (size_t i = 0; i < vm->now->nr_vcpus; i++) {
		const struct delta_change *c = delta_vcpu(&m->delta, vm, i);

		add_exits(m, a, c);
		for (int k = 0; k < DELTA_NR_SUMS; k++)
			meter_add_sum(m, a, METER_ATTEMPTS +
				      (enum meter_sum)k, c->sums[k]);
		add_times(m, a, c);
		if (v->ended)
			continue;
		/* may wrap with a broken source */
		a->unaccounted = (int64_t)((uint64_t)a->unaccounted +
			(uint64_t)snapshot_unaccounted(m->delta.s, c->now));
		a->nr_vcpus++;
	}
}

/* ---- VMs ---- */

/* Whether a VM was destroyed too long ago to get an account. */
static void open_account(struct meter *m, struct meter_vm *v,
			 const struct snap_vm *from)
{
	char name[64] = "", uuid[40] = "";

	if (from->destroyed && m->hdr.end_ns >= from->died_ns + m->cfg.keep_ns)
		return;
	m->cfg.name(m->cfg.arg, from, name, uuid);
	v->account = meter_open(m, name, uuid);
	v->account->pid = from->pid;
	v->account->created_ns = from->created_ns;
}

static void end_vm(struct meter *m, struct meter_vm *v)
{
	if (v->ended)
		return;
	v->ended = true;
	if (v->account)
		meter_leave(m, v->account);
}

/*
 * A VM that is not listed because it could not be read may come back and must not be
 * counted twice: it is remembered as long as the account of a destroyed VM.
 */
static void end_old(struct meter *m)
{
	for (size_t i = 0; i < m->delta.nr_vms; i++) {
		const struct delta_vm *vm = m->delta.vms[i];

		if (vm->user && (!vm->now || vm->now->destroyed))
			end_vm(m, vm->user);
	}
}

/* A VM that is new or listed again. */
static void see_new(struct meter *m, struct delta_vm *vm)
{
	struct meter_vm *v = vm->user;

	if (!v)
		vm->user = v = xcalloc(1, sizeof(*v));
	else if (!v->ended || vm->now->destroyed)
		return;
	v->ended = false;
	open_account(m, v, vm->now);
	if (vm->now->destroyed)
		end_vm(m, v);
}

/* Values of running VMs start at 0 in each snapshot. */
static void begin_pass(struct meter *m)
{
	for (size_t i = 0; i < m->nr; i++) {
		m->accounts[i]->unaccounted = 0;
		m->accounts[i]->nr_vcpus = 0;
	}
	m->other.unaccounted = 0;
	m->other.nr_vcpus = 0;
}

/* Destroyed VMs may be listed for longer than their account is kept. */
static void leave_old(struct meter *m)
{
	for (size_t i = 0; i < m->delta.nr_vms; i++) {
		struct meter_vm *v = m->delta.vms[i]->user;

		if (v->account && meter_is_old(m, v->account))
			v->account = NULL;
	}
	meter_drop_old(m);
}

/* Destroyed VMs first: they free names for others. */
void meter_update(struct meter *m, const struct snapshot *s)
{
	m->hdr = s->hdr;
	delta_begin(&m->delta, s);
	end_old(m);
	for (int destroyed = 1; destroyed >= 0; destroyed--)
		for (size_t i = 0; i < s->nr_vms; i++)
			if (s->vms[i].destroyed == destroyed)
				see_new(m, m->delta.listed[i]);
	begin_pass(m);
	for (size_t i = 0; i < s->nr_vms; i++)
		add_vm(m, m->delta.listed[i]);
	delta_end(&m->delta);
	m->restarts = m->delta.restarts;
	m->samples++;
	leave_old(m);
}

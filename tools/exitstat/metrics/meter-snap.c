// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements meter-snap.h.
 *
 * Of each VM of the last snapshot, what its counters were. A counter that is
 * less than it was has begun again at 0 (the kernel's module was loaded again
 * under us), so that all of it is new. As in top/data.c, a search begins where
 * the last one hit, and the state that a thread is in is charged up to the
 * snapshot's time; times that begin again show it by another first_cyc.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/meter-snap.h"
#include "exits/reasons.h"

/* A code and the key that it is counted under. */
struct meter_code {
	uint32_t isa;
	uint64_t code;
	size_t key;
};

struct last_exit {
	size_t code;		/* index: meter.codes */
	uint64_t v[METER_NR_VALUES];
};

struct last_vcpu {
	uint32_t vcpu_id;
	uint64_t sums[METER_NR_SUMS];
	uint64_t first_cyc;
	struct last_exit *exits;
	size_t nr, cap;
};

struct meter_vm {
	uint64_t vm_id;
	uint64_t created_ns;
	bool dead, seen;
	uint64_t ended_ns;		/* if dead: when we saw that */
	struct meter_account *account;	/* NULL: only the host's */
	struct last_vcpu *vcpus;
	size_t nr, cap;
};

/* What one update needs everywhere. */
struct pass {
	struct meter *m;
	const struct snapshot *s;
	struct meter_vm *vm;
	struct last_vcpu *v;
};

static size_t add_code(struct meter *m, uint64_t code)
{
	const struct reason *known = reason_by_code(m->hdr.isa, code);
	char name[48];

	reason_code_name(m->hdr.isa, code, name, sizeof(name));
	m->codes = vec_room(m->codes, m->nr_codes, &m->cap_codes,
			    sizeof(*m->codes));
	m->codes[m->nr_codes] = (struct meter_code) {
		.isa = m->hdr.isa, .code = code,
		.key = meter_key(m, name, known ?
				 reason_class_name(known->class) : "other"),
	};
	return m->nr_codes++;
}

static bool is_code(const struct meter *m, size_t i, uint64_t code)
{
	return m->codes[i].code == code && m->codes[i].isa == m->hdr.isa;
}

static size_t find_code(struct meter *m, uint64_t code)
{
	for (size_t i = 0; i < m->nr_codes; i++)
		if (is_code(m, i, code))
			return i;
	/* as many odd codes as a broken source likes: they share a name */
	if (m->nr_codes >= 2 * METER_MAX_KEYS)
		return find_code(m, KES_CODE_UNKNOWN);
	return add_code(m, code);
}

static struct last_exit *find_exit(struct pass *p, size_t hint, uint64_t code)
{
	struct last_vcpu *v = p->v;
	struct last_exit *e;

	for (size_t n = 0; n < v->nr; n++) {
		e = &v->exits[(hint + n) % v->nr];
		if (is_code(p->m, e->code, code))
			return e;
	}
	v->exits = vec_room(v->exits, v->nr, &v->cap, sizeof(*e));
	e = &v->exits[v->nr++];
	*e = (struct last_exit) { .code = find_code(p->m, code) };
	return e;
}

/* A count's change. Time is rounded and may be read a little early. */
static uint64_t step(struct pass *p, uint64_t *last, uint64_t now, bool time)
{
	uint64_t n = now - *last;

	if (now < *last && time)
		return 0;
	if (now < *last) {
		p->m->restarts++;
		n = now;
	}
	*last = now;
	return n;
}

static void add_value(struct pass *p, struct last_exit *e,
		      enum meter_value value, uint64_t now)
{
	meter_add(p->m, p->vm->account, p->v->vcpu_id,
		  p->m->codes[e->code].key, value,
		  step(p, &e->v[value], now, value == METER_HANDLER_NS));
}

static void add_sum(struct pass *p, enum meter_sum sum, uint64_t now)
{
	meter_add_sum(p->m, p->vm->account, sum,
		      step(p, &p->v->sums[sum], now, sum >= METER_NS_GUEST));
}

static void add_exit(struct pass *p, size_t hint, const struct kes_exit *e)
{
	struct last_exit *last = find_exit(p, hint, e->code);

	add_value(p, last, METER_L1, e->l1);
	add_value(p, last, METER_L2, e->l2);
	add_value(p, last, METER_REFLECTED, e->l2_reflected);
	add_value(p, last, METER_FASTPATH, e->fastpath);
	add_value(p, last, METER_USERSPACE, e->userspace);
}

static void restart_times(struct last_vcpu *v, uint64_t first_cyc)
{
	v->first_cyc = first_cyc;
	for (int i = 0; i < KES_NR_STATES; i++)
		v->sums[METER_NS_GUEST + i] = 0;
	for (size_t i = 0; i < v->nr; i++)
		v->exits[i].v[METER_HANDLER_NS] = 0;
}

static uint64_t to_ns(const struct snapshot *s, uint64_t cyc)
{
	return (uint64_t)((unsigned __int128)cyc * 1000000 / s->hdr.tsc_khz);
}

/* The state that the thread is in, since it began. */
static uint64_t open_cyc(const struct pass *p, const struct kes_time_record *t)
{
	if (p->vm->dead || !t->first_cyc || p->s->hdr.now_cyc < t->last_cyc)
		return 0;
	return p->s->hdr.now_cyc - t->last_cyc;
}

static void add_times(struct pass *p, const struct snap_vcpu *from)
{
	const struct kes_time_record *t = &from->time;
	uint64_t open = open_cyc(p, t), cyc[KES_NR_STATES] = { 0 };

	if (t->first_cyc != p->v->first_cyc)
		restart_times(p->v, t->first_cyc);
	cyc[KES_STATE_GUEST] = t->guest_cyc;
	for (size_t i = 0; i < from->times.nr; i++) {
		const struct kes_time_exit *e =
			&p->s->times[from->times.first + i];
		uint64_t handler = e->cyc[KES_STATE_HANDLER - 1];

		for (int k = KES_STATE_HANDLER; k < KES_NR_STATES; k++)
			cyc[k] += e->cyc[k - 1];
		if (t->state == KES_STATE_HANDLER && e->code == t->state_code)
			handler += open;
		add_value(p, find_exit(p, i, e->code), METER_HANDLER_NS,
			  to_ns(p->s, handler));
	}
	if (t->state < KES_NR_STATES)
		cyc[t->state] += open;
	for (int i = 0; i < KES_NR_STATES; i++)
		add_sum(p, METER_NS_GUEST + (enum meter_sum)i,
			to_ns(p->s, cyc[i]));
}

static struct last_vcpu *find_vcpu(struct meter_vm *vm, size_t hint,
				   uint32_t id)
{
	struct last_vcpu *v;

	for (size_t n = 0; n < vm->nr; n++) {
		v = &vm->vcpus[(hint + n) % vm->nr];
		if (v->vcpu_id == id)
			return v;
	}
	vm->vcpus = vec_room(vm->vcpus, vm->nr, &vm->cap, sizeof(*v));
	v = &vm->vcpus[vm->nr++];
	*v = (struct last_vcpu) { .vcpu_id = id };
	return v;
}

static void add_vcpu(struct pass *p, size_t hint, const struct snap_vcpu *from)
{
	struct meter_account *a = p->vm->account;

	p->v = find_vcpu(p->vm, hint, from->vcpu_id);
	for (size_t i = 0; i < from->nr_exits; i++)
		add_exit(p, i, &snap_exits(p->s, from)[i]);
	add_sum(p, METER_ATTEMPTS, from->attempts);
	add_sum(p, METER_ENTRY_FAILED, from->entry_failed);
	add_sum(p, METER_EMULATION, from->emulation);
	if (from->times.there)
		add_times(p, from);
	if (!p->vm->dead) {
		a->unaccounted += snapshot_unaccounted(p->s, from);
		a->nr_vcpus++;
	}
}

/* ---- VMs ---- */

/* One that ended before anybody could see it is not made new for long. */
static void open_account(struct pass *p, const struct snap_vm *from)
{
	const struct meter_config *cfg = &p->m->cfg;
	char name[64] = "", uuid[40] = "";

	if (from->dead && p->s->hdr.end_ns >= from->died_ns + cfg->keep_ns)
		return;
	cfg->name(cfg->arg, from, name, uuid);
	p->vm->account = meter_open(p->m, name, uuid);
	p->vm->account->pid = from->pid;
	p->vm->account->created_ns = from->created_ns;
}

/* When it was seen to, so that its last counts are shown for long enough. */
static void end_vm(struct meter *m, struct meter_vm *vm)
{
	if (vm->dead)
		return;
	vm->dead = true;
	vm->ended_ns = m->hdr.end_ns;
	if (vm->account && !--vm->account->running)
		vm->account->ended_ns = m->hdr.end_ns;
}

static struct meter_vm *find_vm(const struct meter *m, size_t hint,
				const struct snap_vm *from)
{
	for (size_t n = 0; n < m->nr_vms; n++) {
		struct meter_vm *vm = &m->vms[(hint + n) % m->nr_vms];

		if (vm->vm_id == from->vm_id &&
		    vm->created_ns == from->created_ns)
			return vm;
	}
	return NULL;
}

static void free_vm(struct meter_vm *vm)
{
	for (size_t i = 0; i < vm->nr; i++)
		free(vm->vcpus[i].exits);
	free(vm->vcpus);
}

/*
 * Which of those that we know are still there? One that is not listed may come
 * back, when it could not be read, and must not be counted twice: it is
 * remembered for as long as the account of one that ended.
 */
static void see_old(struct meter *m, const struct snapshot *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->nr_vms; i++)
		m->vms[i].seen = false;
	for (size_t i = 0; i < s->nr_vms; i++) {
		struct meter_vm *vm = find_vm(m, i, &s->vms[i]);

		if (!vm)
			continue;
		vm->seen = true;
		if (s->vms[i].dead)
			end_vm(m, vm);
	}
	for (size_t i = 0; i < m->nr_vms; i++) {
		struct meter_vm *vm = &m->vms[i];

		if (!vm->seen)
			end_vm(m, vm);
		if (vm->seen ||
		    m->hdr.end_ns < vm->ended_ns + m->cfg.keep_ns)
			m->vms[kept++] = *vm;
		else
			free_vm(vm);
	}
	m->nr_vms = kept;
}

/* New, or back again. */
static void see_new(struct pass *p, size_t hint, const struct snap_vm *from)
{
	struct meter *m = p->m;
	struct meter_vm *vm = find_vm(m, hint, from);

	if (!vm) {
		m->vms = vec_room(m->vms, m->nr_vms, &m->cap_vms, sizeof(*vm));
		vm = &m->vms[m->nr_vms++];
		*vm = (struct meter_vm) { .vm_id = from->vm_id,
					  .created_ns = from->created_ns };
	} else if (!vm->dead || from->dead) {
		return;
	}
	vm->dead = false;
	p->vm = vm;
	open_account(p, from);
	if (from->dead)
		end_vm(m, vm);
}

/* What is told of those that run begins at 0 in each snapshot. */
static void begin_pass(struct meter *m)
{
	for (size_t i = 0; i < m->nr; i++) {
		m->accounts[i]->unaccounted = 0;
		m->accounts[i]->nr_vcpus = 0;
	}
	m->other.unaccounted = 0;
	m->other.nr_vcpus = 0;
}

/* Names become free before others take them. */
void meter_snap_add(struct meter *m, const struct snapshot *s)
{
	struct pass p = { .m = m, .s = s };

	see_old(m, s);
	for (int dead = 1; dead >= 0; dead--)
		for (size_t i = 0; i < s->nr_vms; i++)
			if (s->vms[i].dead == dead)
				see_new(&p, i, &s->vms[i]);
	begin_pass(m);
	for (size_t i = 0; i < s->nr_vms; i++) {
		const struct snap_vm *from = &s->vms[i];

		p.vm = find_vm(m, i, from);
		for (size_t k = 0; k < from->nr_vcpus; k++)
			add_vcpu(&p, k, &s->vcpus[from->first_vcpu + k]);
	}
}

void meter_snap_forget(struct meter *m, const struct meter_account *a)
{
	for (size_t i = 0; i < m->nr_vms; i++)
		if (m->vms[i].account == a)
			m->vms[i].account = NULL;
}

void meter_snap_free(struct meter *m)
{
	for (size_t i = 0; i < m->nr_vms; i++)
		free_vm(&m->vms[i]);
	free(m->vms);
	free(m->codes);
}

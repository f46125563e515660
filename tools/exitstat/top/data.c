// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements data.h.
 *
 * As in record/track.c, a snapshot lists things in the same order every time but for
 * births and deaths, so each search starts where the last one hit. A thread is
 * in one state until it changes it, maybe for long: up to the snapshot's time
 * that state is charged here, so that a vCPU that sleeps is seen to.
 */
#include <stdlib.h>
#include <string.h>

#include "top/data.h"

/* What one update needs everywhere. */
struct pass {
	struct top_data *d;
	const struct snapshot *s;
	uint64_t last_ns;	/* when the snapshot before was taken; 0: none */
};

static uint64_t to_ns(const struct snapshot *s, uint64_t cyc)
{
	if (!s->hdr.tsc_khz)
		return 0;
	return (uint64_t)((unsigned __int128)cyc * 1000000 / s->hdr.tsc_khz);
}

uint32_t top_vcpu_known(const struct top_data *d, const struct top_vcpu *v)
{
	static const struct {
		uint64_t field;
		enum top_value value;
	} fields[] = {
		{ KES_FIELD_CONTEXT, TOP_L2 },
		{ KES_FIELD_REFLECTED, TOP_REFLECTED },
		{ KES_FIELD_FASTPATH, TOP_FASTPATH },
		{ KES_FIELD_USERSPACE, TOP_USERSPACE },
	};
	uint32_t known = 1u << TOP_EXITS;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (d->hdr.fields & fields[i].field)
			known |= 1u << fields[i].value;
	return known | (v->has_time ? TOP_NS_VALUES : 0);
}

/* The last intervals of a vCPU passed without this reason. */
static void begin_history(const struct pass *p, const struct top_vcpu *v,
			  struct top_cell *c)
{
	for (size_t n = 0; n < TOP_HISTORY; n++)
		c->rate[(p->d->at + TOP_HISTORY - n) % TOP_HISTORY] =
			n < v->age ? 0 : -1;
}

static struct top_cell *find_cell(const struct pass *p, struct top_vcpu *v,
				  size_t hint, uint64_t code)
{
	struct top_cell *c;

	for (size_t n = 0; n < v->nr; n++) {
		c = &v->cells[(hint + n) % v->nr];
		if (c->code == code)
			return c;
	}
	v->cells = vec_room(v->cells, v->nr, &v->cap, sizeof(*c));
	c = &v->cells[v->nr++];
	memset(c, 0, sizeof(*c));
	c->code = code;
	begin_history(p, v, c);
	return c;
}

/*
 * A count that fell began again: this change is not known. One that wrapped at
 * 2^64 did not fall.
 */
static void step(struct top_vcpu *v, struct top_values *now,
		 struct top_values *delta, enum top_value i, uint64_t n)
{
	bool fell = (int64_t)(n - now->v[i]) < 0;

	if (fell && i < TOP_NS_GUEST)
		v->delta_known &= ~(1u << i);
	delta->v[i] = fell ? 0 : n - now->v[i];
	now->v[i] = n;
}

static void update_exit(const struct pass *p, struct top_vcpu *v, size_t hint,
			const struct kes_exit *e)
{
	struct top_cell *c = find_cell(p, v, hint, e->code);

	step(v, &c->now, &c->delta, TOP_EXITS, e->l1 + e->l2);
	step(v, &c->now, &c->delta, TOP_L2, e->l2);
	step(v, &c->now, &c->delta, TOP_REFLECTED, e->l2_reflected);
	step(v, &c->now, &c->delta, TOP_FASTPATH, e->fastpath);
	step(v, &c->now, &c->delta, TOP_USERSPACE, e->userspace);
}

/* Times that begin again do so at 0. */
static void restart_times(struct top_vcpu *v, uint64_t first_cyc)
{
	v->first_cyc = first_cyc;
	v->guest_now = (struct top_values) { 0 };
	for (size_t i = 0; i < v->nr; i++)
		for (int k = TOP_NS_GUEST; k < TOP_NR_VALUES; k++)
			v->cells[i].now.v[k] = 0;
}

/* What is not over yet: the state that the thread is in, since it began. */
static uint64_t open_cyc(const struct pass *p, const struct snap_vcpu *from,
			 bool dead)
{
	const struct kes_time_record *t = &from->time;

	if (dead || !t->first_cyc || p->s->hdr.now_cyc < t->last_cyc)
		return 0;
	return p->s->hdr.now_cyc - t->last_cyc;
}

static void update_cost(const struct pass *p, struct top_vcpu *v, size_t hint,
			const struct kes_time_exit *t, int open_state,
			uint64_t open)
{
	struct top_cell *c = find_cell(p, v, hint, t->code);

	for (int i = KES_STATE_HANDLER; i < KES_NR_STATES; i++) {
		uint64_t cyc = t->cyc[i - 1] + (i == open_state ? open : 0);

		step(v, &c->now, &c->delta, TOP_NS_GUEST + i,
		     to_ns(p->s, cyc));
	}
}

static void update_times(const struct pass *p, struct top_vcpu *v,
			 const struct snap_vcpu *from, bool dead)
{
	const struct kes_time_record *t = &from->time;
	uint64_t open = open_cyc(p, from, dead);
	bool charged = t->state == KES_STATE_GUEST;

	if (t->first_cyc != v->first_cyc)
		restart_times(v, t->first_cyc);
	v->state = t->first_cyc && !dead ? (int)t->state : -1;
	step(v, &v->guest_now, &v->guest_delta, TOP_NS_GUEST,
	     to_ns(p->s, t->guest_cyc + (charged ? open : 0)));
	for (size_t i = 0; i < from->times.nr; i++) {
		const struct kes_time_exit *e =
			&p->s->times[from->times.first + i];
		bool mine = !charged && e->code == t->state_code;

		update_cost(p, v, i, e, mine ? (int)t->state : -1, open);
		charged |= mine;
	}
	if (!charged)
		update_cost(p, v, 0, &(struct kes_time_exit) {
			.code = t->state_code }, (int)t->state, open);
}

static struct top_detail *find_detail(struct top_vcpu *v, size_t hint,
				      const struct kes_detail_value *e)
{
	bool other = e->flags & KES_DETAIL_OTHER;
	struct top_detail *t;

	for (size_t n = 0; n < v->nr_details; n++) {
		t = &v->details[(hint + n) % v->nr_details];
		if (t->code == e->code && t->value == e->value &&
		    t->other == other)
			return t;
	}
	v->details = vec_room(v->details, v->nr_details, &v->cap_details,
			      sizeof(*t));
	t = &v->details[v->nr_details++];
	*t = (struct top_detail) { .code = e->code, .value = e->value,
				   .other = other };
	return t;
}

/* A value that made room for another one is not listed any more. */
static void update_details(const struct pass *p, struct top_vcpu *v,
			   const struct snap_vcpu *from)
{
	size_t kept = 0;

	for (size_t i = 0; i < v->nr_details; i++)
		v->details[i].delta = UINT64_MAX;
	for (size_t i = 0; i < from->details.nr; i++) {
		const struct kes_detail_value *e =
			&p->s->details[from->details.first + i];
		struct top_detail *t = find_detail(v, i, e);

		t->delta = e->count < t->count ? e->count :
						 e->count - t->count;
		t->count = e->count;
	}
	for (size_t i = 0; i < v->nr_details; i++)
		if (v->details[i].delta != UINT64_MAX)
			v->details[kept++] = v->details[i];
	v->nr_details = kept;
}

static void end_interval(const struct pass *p, struct top_vcpu *v)
{
	bool known = v->delta_known & 1u << TOP_EXITS;

	for (size_t i = 0; i < v->nr; i++) {
		struct top_cell *c = &v->cells[i];

		c->rate[p->d->at] = !known ? -1 :
			(float)((double)c->delta.v[TOP_EXITS] * 1e9 /
				(double)p->d->interval_ns);
	}
	v->age++;
}

/*
 * Is what a vCPU has counted when it is first seen of this interval? KVM's own
 * statistics may be read late; everything else counts from the beginning.
 */
static bool is_fresh(const struct pass *p, const struct top_vm *vm)
{
	return p->last_ns && (p->s->hdr.source != KES_SOURCE_KVM_STATS ||
			      vm->created_ns >= p->last_ns);
}

static void clear_deltas(struct top_vcpu *v)
{
	v->guest_delta = (struct top_values) { 0 };
	for (size_t i = 0; i < v->nr; i++)
		v->cells[i].delta = (struct top_values) { 0 };
}

static void update_vcpu(const struct pass *p, struct top_vm *vm,
			struct top_vcpu *v, const struct snap_vcpu *from)
{
	v->fresh = p->d->interval_ns && (v->age || is_fresh(p, vm));
	clear_deltas(v);
	v->delta_known = v->fresh ? UINT32_MAX : 0;
	v->has_time = from->times.there;
	v->state = -1;
	for (size_t i = 0; i < from->nr_exits; i++)
		update_exit(p, v, i, &snap_exits(p->s, from)[i]);
	if (v->has_time)
		update_times(p, v, from, vm->dead);
	update_details(p, v, from);
	end_interval(p, v);
}

static struct top_vcpu *find_vcpu(struct top_vm *vm, size_t hint, uint32_t id)
{
	struct top_vcpu *v;

	for (size_t n = 0; n < vm->nr; n++) {
		v = &vm->vcpus[(hint + n) % vm->nr];
		if (v->vcpu_id == id)
			return v;
	}
	vm->vcpus = vec_room(vm->vcpus, vm->nr, &vm->cap, sizeof(*v));
	v = &vm->vcpus[vm->nr++];
	*v = (struct top_vcpu) { .vcpu_id = id, .state = -1 };
	return v;
}

static struct top_vm *find_vm(struct top_data *d, size_t hint,
			      const struct snap_vm *from)
{
	struct top_vm *vm;

	for (size_t n = 0; n < d->nr; n++) {
		vm = &d->vms[(hint + n) % d->nr];
		if (vm->vm_id == from->vm_id &&
		    vm->created_ns == from->created_ns)
			return vm;
	}
	d->vms = vec_room(d->vms, d->nr, &d->cap, sizeof(*vm));
	vm = &d->vms[d->nr++];
	*vm = (struct top_vm) { .vm_id = from->vm_id, .pid = from->pid,
				.created_ns = from->created_ns };
	d->name(d->arg, from, vm);
	return vm;
}

static void free_vm(struct top_vm *vm)
{
	for (size_t i = 0; i < vm->nr; i++) {
		free(vm->vcpus[i].cells);
		free(vm->vcpus[i].details);
	}
	free(vm->vcpus);
}

static void forget_unseen(struct top_data *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->nr; i++) {
		if (d->vms[i].seen)
			d->vms[kept++] = d->vms[i];
		else
			free_vm(&d->vms[i]);
	}
	d->nr = kept;
}

bool top_data_update(struct top_data *d, const struct snapshot *s)
{
	struct pass p = { d, s, d->samples ? d->hdr.end_ns : 0 };

	if (d->samples && s->hdr.end_ns <= d->hdr.end_ns)
		return false;
	d->interval_ns = d->samples ? s->hdr.end_ns - d->hdr.end_ns : 0;
	d->hdr = s->hdr;
	d->samples++;
	d->at = (d->at + 1) % TOP_HISTORY;
	for (size_t i = 0; i < d->nr; i++)
		d->vms[i].seen = false;
	for (size_t i = 0; i < s->nr_vms; i++) {
		struct top_vm *vm = find_vm(d, i, &s->vms[i]);

		vm->seen = true;
		vm->dead = s->vms[i].dead;
		vm->died_ns = s->vms[i].died_ns;
		for (size_t k = 0; k < s->vms[i].nr_vcpus; k++) {
			const struct snap_vcpu *from =
				&s->vcpus[s->vms[i].first_vcpu + k];

			update_vcpu(&p, vm, find_vcpu(vm, k, from->vcpu_id),
				    from);
		}
	}
	forget_unseen(d);
	return true;
}

void top_data_free(struct top_data *d)
{
	for (size_t i = 0; i < d->nr; i++)
		free_vm(&d->vms[i]);
	free(d->vms);
	memset(d, 0, sizeof(*d));
}

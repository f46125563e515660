// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements track.h.
 *
 * Owns the last counters of every VM, vCPU and reason, and the ids of their
 * rows. A snapshot lists things in the same order every time but for births
 * and deaths, so each search starts where the last one hit: a sample of a
 * thousand vCPUs is linear, without a hash table.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/proc.h"
#include "lib/qemu-args.h"
#include "exits/reasons.h"
#include "record/track-groups.h"
#include "record/track.h"
#include "source/vm-name.h"

/* A line of the cache: what a thousand vCPUs cost is what is fetched of them. */
struct counter {
	struct kes_exit last;	/* with its code, from the first sample on */
	int64_t reason;		/* row id */
};
static_assert(sizeof(struct counter) == 64, "see above");

struct track_vcpu {
	uint32_t vcpu_id;
	int64_t id;		/* row id */
	uint64_t unknown_last;
	uint64_t closure[3];	/* attempts, entry_failed, emulation */
	struct counter *counters;
	size_t nr, cap;
	struct track_groups groups;
};

struct track_vm {
	uint64_t vm_id;
	uint64_t created_ns;	/* ids start again when kvm is reloaded */
	bool wanted;
	bool done;		/* dead, and its last counters are recorded */
	int64_t seen;		/* in this sample */
	int64_t id;		/* row id */
	struct track_vcpu *vcpus;
	size_t nr, cap;
};

struct reason_key {
	uint32_t isa;
	uint64_t code;
};

struct tracker {
	struct track_config cfg;
	struct track_vm *vms;
	size_t nr, cap;
	struct reason_key *reasons;
	size_t nr_reasons, cap_reasons, next_reason;
	int64_t nr_vm_rows;
	int64_t nr_vcpu_rows;
	struct track_sums sums;
};

/* What one call of track_sample() needs everywhere. */
struct pass {
	struct tracker *t;
	const struct snapshot *s;
	struct rec_writer *w;
	int64_t sample;
	bool baseline;		/* only take note, record nothing */
	struct errbuf *err;
};

struct tracker *track_new(const struct track_config *config)
{
	struct tracker *t = xcalloc(1, sizeof(*t));

	t->cfg = *config;
	return t;
}

void track_free(struct tracker *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->nr; i++) {
		for (size_t j = 0; j < t->vms[i].nr; j++) {
			free(t->vms[i].vcpus[j].counters);
			track_groups_free(&t->vms[i].vcpus[j].groups);
		}
		free(t->vms[i].vcpus);
	}
	free(t->vms);
	free(t->reasons);
	free(t);
}

void track_set_command(struct tracker *t, uint32_t pid, uint64_t since_ns)
{
	t->cfg.ancestor = pid;
	t->cfg.since_ns = since_ns;
}

struct track_sums track_sums(const struct tracker *t)
{
	return t->sums;
}

static int find_reason(struct pass *p, uint64_t code, int64_t *id)
{
	struct tracker *t = p->t;
	struct reason_key key = { p->s->hdr.isa, code };
	const struct reason *known;
	char name[32];
	size_t i;

	/* asked for in the same order again and again */
	for (size_t n = 0; n < t->nr_reasons; n++) {
		i = (t->next_reason + n) % t->nr_reasons;
		if (t->reasons[i].isa == key.isa && t->reasons[i].code == code) {
			t->next_reason = i + 1;
			*id = (int64_t)i + 1;
			return 0;
		}
	}
	i = t->nr_reasons;
	*id = (int64_t)i + 1;
	t->reasons = vec_room(t->reasons, i, &t->cap_reasons, sizeof(key));
	t->reasons[t->nr_reasons++] = key;
	known = reason_by_code(key.isa, code);
	reason_code_name(key.isa, code, name, sizeof(name));
	return rec_reason(p->w, &(struct rec_reason_row) {
		.id = *id,
		.isa = reason_isa_name(key.isa),
		.code = code,
		.name = name,
		.class = known ? reason_class_name(known->class) : "other",
		.meaning = known ? known->meaning :
			   reason_code_meaning(key.isa),
		.reference = known ? known->reference : "none",
	}, p->err);
}

static struct counter *find_counter(struct track_vcpu *v, size_t hint,
				    const struct kes_exit *e)
{
	size_t at = hint < v->nr ? hint : 0;

	for (size_t n = 0; n < v->nr; n++) {
		struct counter *c = &v->counters[at];

		if (c->last.code == e->code)
			return c;
		at = at + 1 < v->nr ? at + 1 : 0;
	}
	return NULL;
}

static int add_counter(struct pass *p, struct track_vcpu *v,
		       const struct kes_exit *e, struct counter **out)
{
	struct counter *c;

	v->counters = vec_room(v->counters, v->nr, &v->cap, sizeof(*c));
	c = &v->counters[v->nr++];
	memset(c, 0, sizeof(*c));
	c->last.code = e->code;
	*out = c;
	return find_reason(p, e->code, &c->reason);
}

/* The difference, or -1 when the source does not fill this field. */
static int64_t diff(uint64_t now, uint64_t last, bool filled)
{
	return filled ? (int64_t)(now - last) : -1;
}

/* Counters wrap at 2^64: what is less than half of that away is ahead. */
static bool went_back(const struct kes_exit *now, const struct kes_exit *last)
{
	return (int64_t)((now->l1 - last->l1) | (now->l2 - last->l2) |
			 (now->l2_reflected - last->l2_reflected) |
			 (now->fastpath - last->fastpath) |
			 (now->userspace - last->userspace)) < 0;
}

static int track_exit(struct pass *p, struct track_vcpu *v, size_t hint,
		      const struct kes_exit *e)
{
	uint64_t fields = p->s->hdr.fields;
	struct counter *c = find_counter(v, hint, e);
	struct rec_counts n;
	int rc = 0;

	if (!c)
		rc = add_counter(p, v, e, &c);
	if (rc)
		return rc;
	if (!memcmp(e, &c->last, sizeof(*e)))
		return 0;
	if (!p->baseline && went_back(e, &c->last))
		return err_set(p->err, -EPROTO,
			       "a counter of vCPU %u went backwards (was kvm reloaded?)",
			       v->vcpu_id);
	n.l1 = diff(e->l1, c->last.l1, true);
	n.l2 = diff(e->l2, c->last.l2, fields & KES_FIELD_CONTEXT);
	n.l2_reflected = diff(e->l2_reflected, c->last.l2_reflected,
			      fields & KES_FIELD_REFLECTED);
	n.fastpath = diff(e->fastpath, c->last.fastpath,
			  fields & KES_FIELD_FASTPATH);
	n.userspace = diff(e->userspace, c->last.userspace,
			   fields & KES_FIELD_USERSPACE);
	c->last = *e;
	if (p->baseline)
		return 0;
	p->t->sums.exits += rec_total(&n);
	return rec_delta(p->w, p->sample, v->id, c->reason, &n, p->err);
}

static int track_closure(struct pass *p, struct track_vcpu *v,
			 const struct snap_vcpu *now)
{
	uint64_t sums[3] = { now->attempts, now->entry_failed, now->emulation };
	uint64_t delta[3], any = 0;

	for (int i = 0; i < 3; i++) {
		delta[i] = sums[i] - v->closure[i];
		any |= delta[i];
		v->closure[i] = sums[i];
	}
	if (!any || p->baseline || !(p->s->hdr.fields & KES_FIELD_CLOSURE))
		return 0;
	return rec_closure(p->w, p->sample, v->id, delta, p->err);
}

static int find_vcpu(struct pass *p, struct track_vm *vm, size_t hint,
		     uint32_t vcpu_id, struct track_vcpu **out)
{
	struct track_vcpu *v;

	size_t at = hint < vm->nr ? hint : 0;

	for (size_t n = 0; n < vm->nr; n++) {
		v = &vm->vcpus[at];
		if (v->vcpu_id == vcpu_id) {
			*out = v;
			return 0;
		}
		at = at + 1 < vm->nr ? at + 1 : 0;
	}
	vm->vcpus = vec_room(vm->vcpus, vm->nr, &vm->cap, sizeof(*v));
	v = &vm->vcpus[vm->nr++];
	memset(v, 0, sizeof(*v));
	v->vcpu_id = vcpu_id;
	v->id = ++p->t->nr_vcpu_rows;
	*out = v;
	return rec_vcpu(p->w, v->id, vm->id, vcpu_id, p->err);
}

static int find_group_reason(void *arg, uint64_t code, int64_t *id)
{
	return find_reason(arg, code, id);
}

static struct track_groups_pass groups_pass(struct pass *p,
					    const struct track_vcpu *v)
{
	return (struct track_groups_pass) {
		.s = p->s, .w = p->w, .sample = p->sample, .vcpu = v->id,
		.baseline = p->baseline, .reason = find_group_reason, .arg = p,
		.err = p->err,
	};
}

static int track_vcpu(struct pass *p, struct track_vm *vm, size_t hint,
		      const struct snap_vcpu *now)
{
	struct track_groups_pass groups;
	struct track_vcpu *v;
	int rc = find_vcpu(p, vm, hint, now->vcpu_id, &v);

	groups = groups_pass(p, v);
	/* fetched at once, and not one after the other as they are asked for */
	for (size_t i = 0; i < v->nr; i++)
		__builtin_prefetch(&v->counters[i], 1);
	for (size_t i = 0; !rc && i < now->nr_exits; i++)
		rc = track_exit(p, v, i, &snap_exits(p->s, now)[i]);
	if (!rc)
		rc = track_closure(p, v, now);
	if (!rc)
		rc = track_groups_sample(&groups, &v->groups, now);
	if (rc || now->unknown_last == v->unknown_last)
		return rc;
	v->unknown_last = now->unknown_last;
	return rec_vcpu_unknown(p->w, v->id, now->unknown_last, p->err);
}

/* Does this VM, seen for the first time, belong to the recording? */
static bool is_wanted(struct pass *p, const struct snap_vm *now)
{
	struct tracker *t = p->t;
	int descends;

	if (t->cfg.all)
		return !(now->dead && p->sample == 1) &&
		       (!t->cfg.vm_id || t->cfg.vm_id == now->vm_id);
	if (p->sample == 1 || now->created_ns < t->cfg.since_ns)
		return false;
	descends = proc_descends(t->cfg.root, vm_process(now, t->cfg.root),
				 t->cfg.ancestor);
	if (descends < 0)
		t->sums.vms_guessed++;
	if (!descends)
		t->sums.vms_left_out++;
	return descends;
}

static int add_vm_row(struct pass *p, struct track_vm *vm,
		      const struct snap_vm *now)
{
	const char *root = p->t->cfg.root;
	char name[128], cmdline[4096], machine[64], comm[17];
	uint32_t pid = vm_process(now, root);
	struct rec_vm_row row = {
		.id = ++p->t->nr_vm_rows,
		.vm_id = now->vm_id,
		.pid = now->pid,
		.name = name,
		.comm = comm,
		.cmdline = cmdline,
		.machine = machine,
		.created_ns = now->created_ns,
	};

	copy_printable(comm, sizeof(comm), now->comm);
	vm_name(now, root, name, sizeof(name));
	proc_cmdline(root, pid, cmdline, sizeof(cmdline));
	if (qemu_machine(root, pid, machine, sizeof(machine)))
		row.machine = p->t->cfg.machine;
	vm->id = row.id;
	p->t->sums.vms++;
	return rec_vm(p->w, &row, p->err);
}

static int find_vm(struct pass *p, size_t hint, const struct snap_vm *now,
		   struct track_vm **out)
{
	struct tracker *t = p->t;
	struct track_vm *vm;

	for (size_t n = 0; n < t->nr; n++) {
		vm = &t->vms[(hint + n) % t->nr];
		if (vm->vm_id == now->vm_id &&
		    vm->created_ns == now->created_ns) {
			*out = vm;
			return 0;
		}
	}
	t->vms = vec_room(t->vms, t->nr, &t->cap, sizeof(*vm));
	vm = &t->vms[t->nr++];
	memset(vm, 0, sizeof(*vm));
	vm->vm_id = now->vm_id;
	vm->created_ns = now->created_ns;
	vm->wanted = is_wanted(p, now);
	*out = vm;
	return vm->wanted ? add_vm_row(p, vm, now) : 0;
}

/* No more samples of this VM: what is recorded once is, now. */
static int finish_vm(struct pass *p, struct track_vm *vm,
		     const struct snap_vm *now)
{
	int rc = 0;

	vm->done = true;
	for (size_t i = 0; !rc && i < now->nr_vcpus; i++) {
		const struct snap_vcpu *at = &p->s->vcpus[now->first_vcpu + i];
		struct track_vcpu *v;

		rc = find_vcpu(p, vm, i, at->vcpu_id, &v);
		if (!rc) {
			struct track_groups_pass groups = groups_pass(p, v);

			rc = track_groups_finish(&groups, at);
		}
	}
	return rc;
}

static int track_vm(struct pass *p, size_t hint, const struct snap_vm *now)
{
	struct track_vm *vm;
	int rc = find_vm(p, hint, now, &vm);

	if (rc || !vm->wanted || vm->done)
		return rc;
	vm->seen = p->sample;
	for (size_t i = 0; !rc && i < now->nr_vcpus; i++)
		rc = track_vcpu(p, vm, i, &p->s->vcpus[now->first_vcpu + i]);
	if (rc || !now->dead)
		return rc;
	rc = finish_vm(p, vm, now);
	return rc ? rc : rec_vm_died(p->w, vm->id, now->died_ns, p->err);
}

/* The kernel remembers 64 dead VMs: more may have gone since the last sample. */
static void find_vanished(struct pass *p)
{
	for (size_t i = 0; i < p->t->nr; i++) {
		struct track_vm *vm = &p->t->vms[i];

		if (!vm->wanted || vm->done || vm->seen == p->sample)
			continue;
		vm->done = true;
		p->t->sums.vms_vanished++;
	}
}

int track_sample(struct tracker *t, const struct snapshot *s, int64_t sample,
		 struct rec_writer *w, struct errbuf *err)
{
	struct pass p = { t, s, w, sample, sample == 1, err };
	int rc = 0;

	for (size_t i = 0; !rc && i < s->nr_vms; i++)
		rc = track_vm(&p, i, &s->vms[i]);
	find_vanished(&p);
	return rc;
}

int track_finish(struct tracker *t, const struct snapshot *s,
		 struct rec_writer *w, struct errbuf *err)
{
	struct pass p = { t, s, w, 0, false, err };
	int rc = 0;

	for (size_t i = 0; !rc && i < s->nr_vms; i++) {
		struct track_vm *vm;

		rc = find_vm(&p, i, &s->vms[i], &vm);
		if (!rc && vm->wanted && !vm->done)
			rc = finish_vm(&p, vm, &s->vms[i]);
	}
	return rc;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements check.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exits/sources.h"
#include "check/check.h"
#include "exits/reasons.h"
#include "source/source.h"

/*
 * A vCPU of an existing VM may be within an attempt, and each switch of counting may
 * lose one half of an attempt of a running vCPU.
 */
static uint64_t tolerance(const struct snapshot *s, const struct snap_vm *vm)
{
	return s->hdr.switches + !vm->destroyed;
}

static void account_vcpu(const struct snapshot *s, const struct snap_vm *vm,
			 const struct snap_vcpu *v, struct check_accounting *c)
{
	int64_t open = snapshot_unaccounted(s, v);
	struct check_vcpu one = {
		.vm_id = vm->vm_id,
		.vcpu_id = v->vcpu_id,
		.attempts = v->attempts,
		.exits = v->attempts - v->entry_failed - v->entry_emulated -
			 (uint64_t)open,
		.failed = v->entry_failed,
		.emulated = v->entry_emulated,
		.unaccounted = open,
		.wrong = (uint64_t)llabs(open) > tolerance(s, vm),
	};

	copy_printable(one.comm, sizeof(one.comm), vm->comm);
	c->vcpus = vec_room(c->vcpus, c->nr, &c->cap, sizeof(one));
	c->vcpus[c->nr++] = one;
	c->wrong += one.wrong;
	c->inexact += open && !one.wrong;
	c->attempts += v->attempts;
	c->unaccounted += open;
}

void check_accounting(const struct snapshot *s, struct check_accounting *c)
{
	memset(c, 0, sizeof(*c));
	if (!(s->hdr.fields & KES_FIELD_ACCOUNTING)) {
		c->source = source_name_of(s->hdr.source);
		c->verdict = CANNOT;
		return;
	}
	for (size_t i = 0; i < s->nr_vms; i++)
		for (size_t j = 0; j < s->vms[i].nr_vcpus; j++)
			account_vcpu(s, &s->vms[i],
				     &s->vcpus[s->vms[i].first_vcpu + j], c);
	c->verdict = c->wrong ? WRONG : RIGHT;
}

void check_accounting_free(struct check_accounting *c)
{
	free(c->vcpus);
	memset(c, 0, sizeof(*c));
}

static void add_pair(struct check_pairs *all, struct check_pair p)
{
	all->p = vec_room(all->p, all->nr, &all->cap, sizeof(p));
	all->p[all->nr++] = p;
}

/* The trace event has 32 bits of the code; VMX has flags above the reason. */
static const struct reason *traced_reason(uint32_t isa, uint32_t traced)
{
	const struct reason *list;
	size_t nr;

	if (isa == KES_ISA_VMX)
		traced &= 0xffff;
	list = reason_list(&nr);
	for (size_t i = 0; i < nr; i++)
		if (list[i].isa == isa && (uint32_t)list[i].code == traced)
			return &list[i];
	return NULL;
}

/* The key for comparing our counts with ftrace's. */
static uint64_t traced_key(uint32_t isa, uint32_t traced)
{
	const struct reason *r = traced_reason(isa, traced);

	if (isa == KES_ISA_PVM)
		return traced;
	return r ? (uint32_t)r->code : KES_CODE_UNKNOWN;
}

static void add_trace(struct check_pairs *all, uint32_t isa,
		      const struct trace_hist *h, bool after)
{
	for (size_t i = 0; i < h->nr; i++)
		add_pair(all, (struct check_pair) {
			.key = traced_key(isa, h->rows[i].reason),
			.vcpu_id = h->rows[i].vcpu_id,
			.before = after ? 0 : h->rows[i].count,
			.after = after ? h->rows[i].count : 0,
		});
}

static void add_ours(struct check_pairs *all, const struct snapshot *s)
{
	for (size_t i = 0; i < s->nr_vcpus; i++) {
		const struct snap_vcpu *v = &s->vcpus[i];

		for (size_t j = 0; j < v->nr_exits; j++) {
			const struct kes_exit *e = &snap_exits(s, v)[j];

			add_pair(all, (struct check_pair) {
				.key = e->code == KES_CODE_UNKNOWN ? e->code :
				       (uint32_t)e->code,
				.vcpu_id = v->vcpu_id,
				.ours = e->l1 + e->l2,
			});
		}
	}
}

static int by_vcpu_and_key(const void *a, const void *b)
{
	const struct check_pair *x = a, *y = b;

	if (x->vcpu_id != y->vcpu_id)
		return x->vcpu_id < y->vcpu_id ? -1 : 1;
	return (x->key > y->key) - (x->key < y->key);
}

static void add_same_pair(void *to, const void *from)
{
	const struct check_pair *p = from;
	struct check_pair *sum = to;

	sum->ours += p->ours;
	sum->before += p->before;
	sum->after += p->after;
}

uint64_t check_theirs(const struct check_pair *p)
{
	return p->ours < p->before ? p->before : p->after;
}

void check_pair_name(uint32_t isa, const struct check_pair *p, char *out,
		     size_t size)
{
	const struct reason *r = p->key == KES_CODE_UNKNOWN ? NULL :
				 traced_reason(isa, (uint32_t)p->key);

	if (r || p->key == KES_CODE_UNKNOWN)
		snprintf(out, size, "%s", r ? r->name : "UNKNOWN");
	else
		reason_code_name(isa, p->key, out, size);
}

/* A difference is an error, unless the two are known to differ. */
static enum verdict differ(const struct snapshot *s, struct check_trace *t)
{
	if (s->hdr.switches > 1) {
		err_set(&t->why, 0,
			"%zu of %zu differ, but counting was switched %" PRIu64 " times while the histogram continued",
			t->wrong, t->pairs.nr, (uint64_t)s->hdr.switches);
		return CANNOT;
	}
	if (!(s->hdr.groups & KES_GROUP_COUNT)) {
		err_set(&t->why, 0,
			"%zu of %zu differ, but counting is off (run exitstat enable count before the guest starts)",
			t->wrong, t->pairs.nr);
		return CANNOT;
	}
	return WRONG;
}

/* A count between the two reads of a growing histogram is right. */
static enum verdict compare(const struct snapshot *s, struct check_trace *t)
{
	struct check_pairs *all = &t->pairs;

	all->nr = vec_merge(all->p, all->nr, sizeof(*all->p), by_vcpu_and_key,
			    add_same_pair);
	for (size_t i = 0; i < all->nr; i++) {
		struct check_pair *p = &all->p[i];

		t->exits += p->ours;
		p->wrong = p->ours < p->before || p->ours > p->after;
		t->wrong += p->wrong;
	}
	t->compared = true;
	return t->wrong ? differ(s, t) : RIGHT;
}

/* The reason why they cannot be compared, or NULL. */
static const char *incomparable(const struct snapshot *s, bool live)
{
	if (s->hdr.isa == KES_ISA_KVM)
		return "has no exit reasons";
	if (s->hdr.source == KES_SOURCE_BPF && live)
		return "counts only while exitstat runs, unlike the histogram";
	return NULL;
}

void check_trace(const struct snapshot *s, bool live,
		 const struct trace_hist *before,
		 const struct trace_hist *after, struct check_trace *t)
{
	const char *why = incomparable(s, live);

	memset(t, 0, sizeof(*t));
	t->verdict = CANNOT;
	if (why) {
		err_set(&t->why, 0, "source %s %s",
			source_name_of(s->hdr.source), why);
		return;
	}
	if (s->evicted) {
		err_set(&t->why, 0,
			"%" PRIu64 " exits are of evicted VMs",
			s->evicted);
		return;
	}
	add_trace(&t->pairs, s->hdr.isa, before, false);
	add_trace(&t->pairs, s->hdr.isa, after, true);
	add_ours(&t->pairs, s);
	t->verdict = compare(s, t);
}

void check_trace_free(struct check_trace *t)
{
	free(t->pairs.p);
	memset(t, 0, sizeof(*t));
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat check: are the counts right? Every VM-entry attempt must end in
 * one bucket (closure), and the kernel's own histogram of kvm_exit, when
 * somebody has set it up, must agree per reason and vCPU.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "fsroot.h"
#include "reasons.h"
#include "snapshot.h"
#include "trace-hist.h"

enum { OPT_SNAPSHOT = 0x200, OPT_HISTOGRAM };

struct options {
	struct cmd_common common;
	const char *snapshot;
	const char *histogram;
};

/* Can it be checked at all, and is it right? */
enum verdict { RIGHT, WRONG, CANNOT };

static const struct argp_option option_table[] = {
	{ "snapshot", OPT_SNAPSHOT, "FILE", 0,
	  "Check this copy of the kernel's snapshot", 0 },
	{ "histogram", OPT_HISTOGRAM, "FILE", 0,
	  "Compare with this copy of events/kvm/kvm_exit/hist", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->common;
		return 0;
	case OPT_SNAPSHOT:
		o->snapshot = arg;
		return 0;
	case OPT_HISTOGRAM:
		o->histogram = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.doc = "Check that the counts are right: every VM-entry attempt accounted "
	       "for, and no difference to the kernel's own histogram of kvm_exit.",
	.children = cmd_common_children,
};

/*
 * One attempt may be under way on a vCPU that lives, and each time counting is
 * switched on or off a running vCPU may lose one half of an attempt.
 */
static uint64_t tolerance(const struct snapshot *s, const struct snap_vm *vm)
{
	return s->hdr.switches + !vm->dead;
}

/* Over all vCPUs. */
struct closure {
	size_t wrong;		/* vCPUs with more missing than tolerated */
	size_t inexact;		/* with some, tolerated */
	uint64_t attempts;
	int64_t missing;
};

static void print_vcpu(const struct snapshot *s, const struct snap_vm *vm,
		       const struct snap_vcpu *v, struct closure *c)
{
	int64_t open = snapshot_unaccounted(s, v);
	uint64_t exits = v->attempts - v->entry_failed - v->emulation -
			 (uint64_t)open;
	char a[COUNT_TEXT_LEN], b[COUNT_TEXT_LEN], comm[17];
	bool wrong = (uint64_t)llabs(open) > tolerance(s, vm);

	copy_printable(comm, sizeof(comm), vm->comm);
	printf("%5" PRIu64 " %-15.15s %4u %14s %14s %6" PRIu64 " %6" PRIu64 " %7" PRId64 "%s\n",
	       vm->vm_id, comm, v->vcpu_id, fmt_count(a, v->attempts),
	       fmt_count(b, exits), v->entry_failed, v->emulation, open,
	       wrong ? " *" : "");
	c->wrong += wrong;
	c->inexact += open && !wrong;
	c->attempts += v->attempts;
	c->missing += open;
}

static enum verdict check_closure(const struct snapshot *s)
{
	struct closure c = { 0 };
	char n[COUNT_TEXT_LEN];

	printf("Closure: every VM-entry attempt ends in an exit, a failed entry or emulation\n\n");
	if (!(s->hdr.fields & KES_FIELD_CLOSURE)) {
		printf("  unavailable: source %s does not count attempts\n",
		       source_name_of(s->hdr.source));
		return CANNOT;
	}
	printf("%5s %-15s %4s %14s %14s %6s %6s %7s\n", "VM", "NAME", "VCPU",
	       "ATTEMPTS", "EXITS", "FAILED", "EMUL", "MISSING");
	for (size_t i = 0; i < s->nr_vms; i++)
		for (size_t j = 0; j < s->vms[i].nr_vcpus; j++)
			print_vcpu(s, &s->vms[i],
				   &s->vcpus[s->vms[i].first_vcpu + j], &c);
	if (!s->nr_vcpus)
		printf("  no vCPU so far\n");
	if (c.inexact)
		printf("\n  Not 0, and still right: a vCPU that runs may be between its exit and the end\n"
		       "  of its attempt, and may lose one each time counting is switched (%" PRIu64 " so far).\n",
		       (uint64_t)s->hdr.switches);
	fmt_count(n, c.attempts);
	if (c.wrong)
		printf("\n  WRONG: the lines with * are not closed, difference %" PRId64 " of %s attempts\n",
		       c.missing, n);
	else
		printf("\n  closed: difference %" PRId64 " of %s attempts\n",
		       c.missing, n);
	return c.wrong ? WRONG : RIGHT;
}

/* One reason of one vCPU number, over all VMs, as both sides count it. */
struct pair {
	uint64_t key;		/* low 32 bits of the code, or KES_CODE_UNKNOWN */
	uint32_t vcpu_id;
	uint64_t ours;
	uint64_t before;	/* theirs, before and after we were read */
	uint64_t after;
};

struct pairs {
	struct pair *p;
	size_t nr, cap;
};

static void add_pair(struct pairs *all, struct pair p)
{
	all->p = vec_room(all->p, all->nr, &all->cap, sizeof(p));
	all->p[all->nr++] = p;
}

/* The trace event has 32 bits of a code; VMX puts flags above the reason. */
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

/* Ours and theirs of one code, by which they are compared. */
static uint64_t traced_key(uint32_t isa, uint32_t traced)
{
	const struct reason *r = traced_reason(isa, traced);

	if (isa == KES_ISA_PVM)
		return traced;
	return r ? (uint32_t)r->code : KES_CODE_UNKNOWN;
}

static void add_trace(struct pairs *all, uint32_t isa,
		      const struct trace_hist *h, bool after)
{
	for (size_t i = 0; i < h->nr; i++)
		add_pair(all, (struct pair) {
			.key = traced_key(isa, h->rows[i].reason),
			.vcpu_id = h->rows[i].vcpu_id,
			.before = after ? 0 : h->rows[i].count,
			.after = after ? h->rows[i].count : 0,
		});
}

static void add_ours(struct pairs *all, const struct snapshot *s)
{
	for (size_t i = 0; i < s->nr_vcpus; i++) {
		const struct snap_vcpu *v = &s->vcpus[i];

		for (size_t j = 0; j < v->nr_exits; j++) {
			const struct kes_exit *e = &s->exits[v->first_exit + j];

			add_pair(all, (struct pair) {
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
	const struct pair *x = a, *y = b;

	if (x->vcpu_id != y->vcpu_id)
		return x->vcpu_id < y->vcpu_id ? -1 : 1;
	return (x->key > y->key) - (x->key < y->key);
}

static void add_same_pair(void *to, const void *from)
{
	const struct pair *p = from;
	struct pair *sum = to;

	sum->ours += p->ours;
	sum->before += p->before;
	sum->after += p->after;
}

static void print_difference(uint32_t isa, const struct pair *p)
{
	const struct reason *r = p->key == KES_CODE_UNKNOWN ? NULL :
				 traced_reason(isa, (uint32_t)p->key);
	char name[32] = "UNKNOWN";
	uint64_t theirs = p->ours < p->before ? p->before : p->after;

	if (!r && p->key != KES_CODE_UNKNOWN)
		reason_code_name(isa, p->key, name, sizeof(name));
	printf("  %-24.24s vcpu %-4u %14" PRIu64 " %14" PRIu64 " %+10" PRId64 "\n",
	       r ? r->name : name, p->vcpu_id, p->ours, theirs,
	       (int64_t)(p->ours - theirs));
}

/* A difference is wrong, unless it is known that the two need not agree. */
static enum verdict differ(const struct snapshot *s, size_t wrong, size_t nr)
{
	if (s->hdr.switches > 1) {
		printf("cannot be compared: %zu of %zu differ, but counting has been switched\n"
		       "  %" PRIu64 " times, and the histogram counts meanwhile\n",
		       wrong, nr, (uint64_t)s->hdr.switches);
		return CANNOT;
	}
	if (!(s->hdr.groups & KES_GROUP_COUNT)) {
		printf("cannot be compared: %zu of %zu differ, but counting is off (exitstat\n"
		       "  enable count, before the guest starts)\n", wrong, nr);
		return CANNOT;
	}
	printf("WRONG: %zu of %zu differ. (Counting and the histogram must both have been\n"
	       "  switched on before the first guest, and stayed on.)\n", wrong,
	       nr);
	return WRONG;
}

/* What lies between the two reads of a histogram that grows is right. */
static enum verdict compare(const struct snapshot *s, struct pairs *all)
{
	char n[COUNT_TEXT_LEN];
	uint64_t exits = 0;
	size_t wrong = 0;

	all->nr = vec_merge(all->p, all->nr, sizeof(*all->p), by_vcpu_and_key,
			    add_same_pair);
	for (size_t i = 0; i < all->nr; i++) {
		const struct pair *p = &all->p[i];

		exits += p->ours;
		if (p->ours >= p->before && p->ours <= p->after)
			continue;
		if (!wrong++)
			printf("  %-24s %-9s %14s %14s %10s\n", "reason", "",
			       "counted", "traced", "difference");
		print_difference(s->hdr.isa, p);
	}
	if (!wrong) {
		printf("  difference 0: %s exits, by %zu reasons and vCPUs\n",
		       fmt_count(n, exits), all->nr);
		return RIGHT;
	}
	printf("\n  ");
	return differ(s, wrong, all->nr);
}

/* NULL: the two can be compared. A file may be of a process that ran long. */
static const char *incomparable(const struct snapshot *s, bool live)
{
	if (s->hdr.isa == KES_ISA_KVM)
		return "has no exit reasons";
	if (s->hdr.source == KES_SOURCE_BPF && live)
		return "counts only while an exitstat runs, and the histogram longer";
	return NULL;
}

static enum verdict check_trace(const struct snapshot *s, bool live,
				const struct trace_hist *before,
				const struct trace_hist *after)
{
	const char *why = incomparable(s, live);
	struct pairs all = { 0 };
	enum verdict v;

	if (why) {
		printf("  cannot be compared: source %s %s\n",
		       source_name_of(s->hdr.source), why);
		return CANNOT;
	}
	if (s->retired) {
		printf("  cannot be compared: %" PRIu64 " exits are of VMs that are not listed any more\n",
		       s->retired);
		return CANNOT;
	}
	add_trace(&all, s->hdr.isa, before, false);
	add_trace(&all, s->hdr.isa, after, true);
	add_ours(&all, s);
	v = compare(s, &all);
	free(all.p);
	return v;
}

/* 0, or -errno after a complaint. */
static int read_snapshot(const struct options *o, struct snapshot *s)
{
	const struct source_ops *src;
	struct source_choice choice;
	struct buf bytes = { 0 };
	struct errbuf err, why;
	int rc;

	if (o->snapshot) {
		rc = fsroot_read("", o->snapshot, &bytes);
		if (rc)
			err_set(&err, rc, "%s: %s", o->snapshot, strerror(-rc));
	} else {
		src = cmd_source(&o->common, &choice);
		if (!src)
			return -ENODEV;
		rc = src->read(o->common.root, &bytes, &err);
	}
	if (!rc) {
		rc = snapshot_parse(s, bytes.data, bytes.len, &why);
		if (rc)
			err_set(&err, rc, "%s%s%.400s",
				o->snapshot ? o->snapshot : "",
				o->snapshot ? ": " : "", why.text);
	}
	buf_free(&bytes);
	if (rc)
		cmd_fail(&err);
	return rc;
}

static void print_lost(const struct snapshot *s)
{
	char n[COUNT_TEXT_LEN];

	if (s->hdr.lost)
		printf("WARNING: %s exits were seen but not counted, for want of memory\n\n",
		       fmt_count(n, s->hdr.lost));
}

static int exit_code(enum verdict closure, enum verdict trace)
{
	if (closure == WRONG || trace == WRONG)
		return EXIT_CODE_FAILED;
	if (closure == CANNOT && trace == CANNOT)
		return EXIT_CODE_CANNOT;
	return EXIT_CODE_OK;
}

/* The histogram before, the snapshot, the histogram after: guests may run. */
static int check(const struct options *o, struct snapshot *s,
		 struct trace_hist *before, struct trace_hist *after)
{
	bool alone = o->snapshot && !o->histogram;
	enum verdict closure, trace = CANNOT;
	struct errbuf why;
	int rc = alone ? err_set(&why, -ENOENT, "no --histogram to go with --snapshot") :
		 trace_hist_read(before, o->common.root, o->histogram, &why);

	if (read_snapshot(o, s))
		return EXIT_CODE_FAILED;
	if (!rc)
		rc = trace_hist_read(after, o->common.root, o->histogram, &why);
	if (rc && o->histogram)
		return cmd_fail(&why);
	print_lost(s);
	closure = check_closure(s);
	printf("\nThe kernel's own histogram of kvm_exit\n\n");
	if (rc)
		printf("  cannot be compared: %s\n", why.text);
	else
		trace = check_trace(s, !o->snapshot, before, after);
	return exit_code(closure, trace);
}

int cmd_check(int argc, char **argv)
{
	struct trace_hist before = { 0 }, after = { 0 };
	struct snapshot s = { 0 };
	struct options o = { 0 };
	int code;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return EXIT_CODE_USAGE;
	code = check(&o, &s, &before, &after);
	trace_hist_free(&before);
	trace_hist_free(&after);
	snapshot_free(&s);
	return code;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat check: verifies the counts. Every attempt to enter a guest must be
 * accounted for, and a histogram of kvm_exit in tracefs, if there is one, must
 * agree for each reason and vCPU. check/check.c compares; this file reads the
 * counts and prints the result as text or JSON.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check/check.h"
#include "cmd/cmd.h"
#include "lib/sysroot.h"
#include "lib/json-text.h"

struct options {
	struct cmd_common common;
	const char *snapshot;
	const char *histogram;
	bool json;
};

static const struct option_row rows[] = {
	{ "snapshot", 0, "FILE", OPT_TEXT(snapshot),
	  "check a copy of the kernel's snapshot" },
	{ "histogram", 0, "FILE", OPT_TEXT(histogram),
	  "compare with a copy of events/kvm/kvm_exit/hist" },
	CMD_JSON_OPTION,
	CMD_COMMON_OPTIONS,
	{ 0 }
};

/* ---- text ---- */

static void print_vcpu(const struct check_vcpu *v)
{
	char a[COUNT_TEXT_LEN], b[COUNT_TEXT_LEN];

	printf("%4" PRIu64 " %-12.12s %4" PRIu64 " %13s %13s %6" PRIu64 " %8" PRIu64 " %11" PRId64 "%s\n",
	       v->vm_id, v->comm, v->vcpu_id, fmt_count(a, v->attempts),
	       fmt_count(b, v->exits), v->failed, v->emulated,
	       v->unaccounted, v->wrong ? " *" : "");
}

static void print_accounting(const struct check_accounting *c, uint64_t switches)
{
	char n[COUNT_TEXT_LEN];

	printf("Accounting check: attempts = exits + failed entries + emulated entries\n\n");
	if (c->verdict == CANNOT) {
		printf("  unavailable: source %s does not count attempts\n",
		       c->source);
		return;
	}
	printf("%4s %-12s %4s %13s %13s %6s %8s %11s\n", "VM", "NAME", "VCPU",
	       "ATTEMPTS", "EXITS", "FAILED", "EMULATED", "UNACCOUNTED");
	for (size_t i = 0; i < c->nr; i++)
		print_vcpu(&c->vcpus[i]);
	if (!c->nr)
		printf("  no vCPUs yet\n");
	if (c->inexact)
		printf("\n  Tolerated: one attempt of each running vCPU that has not ended yet, and one\n"
		       "  for each time that counting was switched (%" PRIu64 " so far).\n",
		       switches);
	fmt_count(n, c->attempts);
	if (c->wrong)
		printf("\n  WRONG: %" PRId64 " of %s attempts are unaccounted; * is more than tolerated\n",
		       c->unaccounted, n);
	else
		printf("\n  right: %" PRId64 " of %s attempts are unaccounted\n",
		       c->unaccounted, n);
}

static void print_differences(const struct check_trace *t, uint32_t isa)
{
	char name[32];

	printf("  %-24s %-9s %14s %14s %10s\n", "reason", "", "counted",
	       "traced", "difference");
	for (size_t i = 0; i < t->pairs.nr; i++) {
		const struct check_pair *p = &t->pairs.p[i];

		if (!p->wrong)
			continue;
		check_pair_name(isa, p, name, sizeof(name));
		printf("  %-24.24s vcpu %-4u %14" PRIu64 " %14" PRIu64 " %+10" PRId64 "\n",
		       name, p->vcpu_id, p->ours, check_theirs(p),
		       (int64_t)(p->ours - check_theirs(p)));
	}
	printf("\n");
}

static void print_trace(const struct check_trace *t, uint32_t isa)
{
	char n[COUNT_TEXT_LEN];

	printf("\nComparison with the kernel's histogram of kvm_exit\n\n");
	if (t->wrong)
		print_differences(t, isa);
	if (t->verdict == CANNOT)
		printf("  cannot be compared: %s\n", t->why.text);
	else if (t->verdict == WRONG)
		printf("  WRONG: %zu of %zu differ (counting and the histogram must be switched on\n"
		       "  before the first guest starts, and stay on)\n",
		       t->wrong, t->pairs.nr);
	else
		printf("  right: difference 0 in %s exits, %zu pairs of reason and vCPU\n",
		       fmt_count(n, t->exits), t->pairs.nr);
}

/* ---- JSON ---- */

static const char *const verdict_names[] = {
	[RIGHT] = "right", [WRONG] = "wrong", [CANNOT] = "undecidable",
};

static json_t *accounting_json(const struct check_accounting *c)
{
	json_t *vcpus = json_array();

	for (size_t i = 0; i < c->nr; i++) {
		const struct check_vcpu *v = &c->vcpus[i];

		json_array_append_new(vcpus, json_pack(
			"{s:I, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:b}",
			"vm_id", (json_int_t)v->vm_id, "name", json_text(v->comm),
			"vcpu", (json_int_t)v->vcpu_id,
			"attempts", (json_int_t)v->attempts,
			"exits", (json_int_t)v->exits,
			"entry_failed", (json_int_t)v->failed,
			"entry_emulated", (json_int_t)v->emulated,
			"unaccounted", (json_int_t)v->unaccounted,
			"wrong", v->wrong));
	}
	return json_pack("{s:s, s:I, s:I, s:o}", "verdict",
			 verdict_names[c->verdict],
			 "attempts", (json_int_t)c->attempts,
			 "unaccounted", (json_int_t)c->unaccounted,
			 "vcpus", vcpus);
}

static json_t *trace_json(const struct check_trace *t, uint32_t isa)
{
	json_t *all = json_array();
	char name[32];

	for (size_t i = 0; i < t->pairs.nr; i++) {
		const struct check_pair *p = &t->pairs.p[i];

		if (!p->wrong)
			continue;
		check_pair_name(isa, p, name, sizeof(name));
		json_array_append_new(all, json_pack(
			"{s:o, s:I, s:I, s:I}", "reason", json_text(name),
			"vcpu", (json_int_t)p->vcpu_id,
			"counted", (json_int_t)p->ours,
			"traced", (json_int_t)check_theirs(p)));
	}
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "verdict",
			 verdict_names[t->verdict],
			 "why", json_text_or_null(t->why.text),
			 "exits", json_count(t->compared ? (int64_t)t->exits : -1),
			 "compared", json_count(t->compared ? (int64_t)t->pairs.nr : -1),
			 "differences", all);
}

static void print_json(const struct snapshot *s,
		       const struct check_accounting *c,
		       const struct check_trace *t)
{
	json_print(json_pack("{s:I, s:I, s:o, s:o}",
			     "lost", (json_int_t)s->hdr.lost,
			     "switches", (json_int_t)s->hdr.switches,
			     "accounting", accounting_json(c),
			     "histogram", trace_json(t, s->hdr.isa)), stdout);
}

/* ---- reading ---- */

static int read_copy(const char *file, struct snapshot *s, struct errbuf *err)
{
	struct buf bytes = { 0 };
	struct errbuf why;
	int rc = sysroot_read("", file, &bytes);

	if (rc)
		err_set(&why, rc, "%s", strerror(-rc));
	else
		rc = snapshot_parse(s, bytes.data, bytes.len, &why);
	buf_free(&bytes);
	return rc ? err_set(err, rc, "%s: %.400s", file, why.text) : 0;
}

/* 0, or -errno after an error message. */
static int read_snapshot(const struct options *o, struct snapshot *s)
{
	struct source_choice choice;
	struct source *src;
	struct errbuf err;
	int rc;

	if (o->snapshot) {
		rc = read_copy(o->snapshot, s, &err);
	} else {
		src = cmd_source(&o->common, false, &choice);
		if (!src)
			return -ENODEV;
		rc = cmd_snapshot(src, s, &err);
		source_close(src);
	}
	if (rc)
		cmd_fail(&err);
	return rc;
}

static int exit_code(enum verdict accounting, enum verdict trace)
{
	if (accounting == WRONG || trace == WRONG)
		return EXIT_CODE_FAILED;
	if (accounting == CANNOT && trace == CANNOT)
		return EXIT_CODE_CANNOT;
	return EXIT_CODE_OK;
}

static int report(const struct options *o, const struct snapshot *s,
		  const struct check_trace *t)
{
	struct check_accounting c;
	int code;

	check_accounting(s, &c);
	if (o->json) {
		print_json(s, &c, t);
	} else {
		cmd_print_lost(s);
		print_accounting(&c, s->hdr.switches);
		print_trace(t, s->hdr.isa);
	}
	code = exit_code(c.verdict, t->verdict);
	check_accounting_free(&c);
	return code;
}

/* Guests may be running: read the histogram before and after the snapshot. */
static int check(const struct options *o, struct snapshot *s,
		 struct trace_hist *before, struct trace_hist *after)
{
	bool alone = o->snapshot && !o->histogram;
	const char *root = cmd_root(&o->common);
	struct check_trace t = { .verdict = CANNOT };
	int code, rc = alone ?
		 err_set(&t.why, -ENOENT, "--snapshot requires --histogram") :
		 trace_hist_read(before, root, o->histogram, &t.why);

	if (read_snapshot(o, s))
		return EXIT_CODE_FAILED;
	if (!rc)
		rc = trace_hist_read(after, root, o->histogram, &t.why);
	if (rc && o->histogram)
		return cmd_fail(&t.why);
	if (!rc)
		check_trace(s, !o->snapshot, before, after, &t);
	code = report(o, s, &t);
	check_trace_free(&t);
	return code;
}

static int run(void *options)
{
	struct trace_hist before = { 0 }, after = { 0 };
	struct snapshot s = { 0 };
	int code = check(options, &s, &before, &after);

	trace_hist_free(&before);
	trace_hist_free(&after);
	snapshot_free(&s);
	return code;
}

const struct command cmd_check = {
	.name = "check",
	.help = "verify the counts (accounting check, comparison with ftrace)",
	.doc = "Verify the counts: every attempt to enter a guest must be accounted for, and the exits must equal those of the kernel's histogram of kvm_exit, if there is one.",
	.rows = rows,
	.size = sizeof(struct options),
	.run = run,
};

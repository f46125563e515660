// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements export.h: makes the rows of each table from the numbers of the recording.
 * Independent of formats.
 */
#include <errno.h>
#include <linux/types.h>
#include <math.h>
#include <stdio.h>

#include "exits/fields.h"
#include "exits/detail-names.h"
#include "export/export.h"
#include "kvm_exit_stats.h"

#define SAMPLE	"sample_begin_ns", "sample_end_ns", "phase"
#define VCPU	"vm", "name", "vcpu"
#define REASON	"isa", "code", "reason", "class"

static void put_none(struct export_row *row)
{
	row->v[row->nr++] = (struct export_value) { .kind = EXPORT_NONE };
}

static void put_number(struct export_row *row, int64_t n)
{
	row->v[row->nr++] = (struct export_value) { EXPORT_NUMBER, n, NULL };
}

/* -1 means unavailable. */
static void put_count(struct export_row *row, int64_t n)
{
	if (n < 0)
		put_none(row);
	else
		put_number(row, n);
}

static void put_text(struct export_row *row, const char *text)
{
	if (text && *text)
		row->v[row->nr++] = (struct export_value) { EXPORT_TEXT, 0, text };
	else
		put_none(row);
}

/* Copy the numbers n[from] to n[to - 1]. */
static void put_counts(struct export_row *row, const int64_t *n, int from,
		       int to)
{
	for (int i = from; i < to; i++)
		put_count(row, n[i]);
}

uint64_t export_begin_ns(const struct recording *r, size_t sample)
{
	return r->samples[sample ? sample - 1 : 0].end_ns;
}

static void put_sample(const struct recording *r, int64_t sample,
		       struct export_row *row)
{
	int phase = r->samples[sample].phase;

	put_number(row, (int64_t)export_begin_ns(r, (size_t)sample));
	put_number(row, (int64_t)r->samples[sample].end_ns);
	put_text(row, phase < 0 ? NULL : r->phases[phase].name);
}

static void put_vcpu(const struct recording *r, int64_t vcpu,
		     struct export_row *row)
{
	const struct rec_vcpu *v = &r->vcpus[vcpu];

	put_number(row, (int64_t)r->vms[v->vm].vm_id);
	put_text(row, r->vms[v->vm].name);
	put_number(row, v->vcpu_id);
}

static void put_reason(const struct recording *r, int64_t reason,
		       struct export_row *row)
{
	const struct rec_reason *e = &r->reasons[reason];

	put_text(row, e->isa);
	put_number(row, (int64_t)e->code);
	put_text(row, e->name);
	put_text(row, e->class);
}

static void put_place(const struct recording *r, const int64_t *n,
		      struct export_row *row)
{
	put_sample(r, n[0], row);
	put_vcpu(r, n[1], row);
}

static void fill_exits(const struct recording *r, const int64_t *n,
		       struct export_row *row)
{
	put_place(r, n, row);
	put_reason(r, n[2], row);
	put_counts(row, n, 3, 8);
}

static void fill_entries(const struct recording *r, const int64_t *n,
			 struct export_row *row)
{
	put_place(r, n, row);
	put_counts(row, n, 2, 5);
}

static void fill_vcpu_time(const struct recording *r, const int64_t *n,
			   struct export_row *row)
{
	put_place(r, n, row);
	put_counts(row, n, 2, 4);
}

static void fill_time(const struct recording *r, const int64_t *n,
		      struct export_row *row)
{
	put_place(r, n, row);
	put_reason(r, n[2], row);
	put_counts(row, n, 3, 3 + REC_NR_STATES + 1);
}

/* Bucket b starts at 2^(b-1) cycles, bucket 0 at 0. */
static void fill_histogram(const struct recording *r, const int64_t *n,
			   struct export_row *row)
{
	int64_t from_cyc = n[3] ? (int64_t)1 << (n[3] - 1) : 0;
	uint64_t tsc_khz = rec_get_u64(r, "tsc_khz");

	put_place(r, n, row);
	put_reason(r, n[2], row);
	put_number(row, n[3]);
	put_number(row, from_cyc);
	put_count(row, tsc_khz ? llround((double)from_cyc * 1e6 /
					 (double)tsc_khz) : -1);
	put_number(row, n[4]);
}

static void fill_userspace(const struct recording *r, const int64_t *n,
			   struct export_row *row)
{
	put_place(r, n, row);
	put_number(row, n[2]);
	put_text(row, rec_kvm_exit_name(r, (uint32_t)n[2]));
	put_number(row, n[3]);
}

static void fill_nested(const struct recording *r, const int64_t *n,
			struct export_row *row)
{
	put_place(r, n, row);
	put_reason(r, n[2], row);
	put_number(row, n[3]);
}

static void fill_modifiers(const struct recording *r, const int64_t *n,
			   struct export_row *row)
{
	put_place(r, n, row);
	put_counts(row, n, 2, 5);
}

static void fill_detail(const struct recording *r, const int64_t *n,
			struct export_row *row)
{
	const char *reason = r->reasons[n[1]].name;
	uint64_t value = (uint64_t)n[2];
	bool other = n[3];

	put_vcpu(r, n[0], row);
	put_reason(r, n[1], row);
	put_count(row, other ? -1 : n[2]);
	detail_value_text(reason, value, row->text, sizeof(row->text));
	put_text(row, other ? "other" : row->text);
	put_text(row, other ? NULL : detail_name(reason, value));
	put_number(row, n[4]);
	put_number(row, n[5]);
}

const struct export_table export_tables[] = {
	{ "exits", "exits by reason, context and disposition", 0, NULL,
	  PACK_DELTA,
	  { SAMPLE, VCPU, REASON, FIELD_L1, FIELD_L2, FIELD_REFLECTED,
	    FIELD_FASTPATH, FIELD_USERSPACE }, fill_exits },
	{ "entries", "attempts to enter the guest, failed and emulated entries", 0,
	  FIELD_ACCOUNTING, PACK_ENTRIES,
	  { SAMPLE, VCPU, "attempts", "entry_failed", "entry_emulated" },
	  fill_entries },
	{ "userspace", "returns of KVM_RUN to user space, by KVM_EXIT_*", 0,
	  FIELD_USERSPACE, PACK_USERSPACE,
	  { SAMPLE, VCPU, "kvm_exit", "kvm_exit_name", "count" },
	  fill_userspace },
	{ "nested", "exits that L1 received from L2, by the reason that L1 sees", 0,
	  FIELD_NESTED, PACK_NESTED, { SAMPLE, VCPU, REASON, "count" },
	  fill_nested },
	{ "modifiers", "exits with a bus lock or in an enclave, and forced exits", 0,
	  FIELD_MODIFIERS, PACK_MODIFIERS,
	  { SAMPLE, VCPU, "bus_lock", "enclave", "forced" }, fill_modifiers },
	{ "vcpu-time", "elapsed time of a vCPU, and its time in the guest",
	  KES_GROUP_TIME, NULL, PACK_VCPU_TIME,
	  { SAMPLE, VCPU, "elapsed_ns", "guest_ns" }, fill_vcpu_time },
	{ "time", "the rest of that time, by reason and state", KES_GROUP_TIME, NULL,
	  PACK_TIME,
	  { SAMPLE, VCPU, REASON,
	    "handler_ns", "userspace_ns", "polling_ns", "blocked_ns",
	    "preempted_ns", "sleeping_ns",
	    "max_ns" }, fill_time },
	{ "histogram", "exits by handler time, in powers of two",
	  KES_GROUP_HISTOGRAM, NULL, PACK_HISTOGRAM,
	  { SAMPLE, VCPU, REASON, "bucket", "from_cyc", "from_ns", "count" },
	  fill_histogram },
	{ "detail", "exits by port, MSR, CPUID leaf, page, ...",
	  KES_GROUP_DETAIL, NULL, PACK_DETAIL,
	  { VCPU, REASON, "value", "text", "meaning", "count", "at_least" },
	  fill_detail },
};
const size_t export_nr_tables = ARRAY_LEN(export_tables);

int export_need(const struct recording *r, const struct export_table *t,
		struct errbuf *err)
{
	if (t->field && !rec_has_field(r, t->field))
		return err_set(err, -ENODATA,
			       "%s: no %s: not provided by its source",
			       r->path, t->name);
	return t->group ? rec_need_group(r, t->group, err) : 0;
}

struct pass {
	const struct recording *r;
	const struct export_table *t;
	export_row_fn fn;
	void *arg;
};

static int put_row(void *arg, const int64_t *n)
{
	struct pass *p = arg;
	struct export_row row = { .nr = 0 };

	p->t->fill(p->r, n, &row);
	p->fn(p->arg, &row);
	return 0;
}

int export_for_each(struct recording *r, const struct export_table *t,
		    export_row_fn fn, void *arg, struct errbuf *err)
{
	struct pass p = { r, t, fn, arg };

	return rec_for_each_row(r, t->kind, put_row, &p, err);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit test of partial snapshots: a simulated host is recorded twice, from full
 * snapshots and from what changed. The deltas must be the same, and the recordings
 * equal byte for byte.
 */
#include <stdlib.h>

#include "unit.h"
#include "madehost.h"
#include "recmade.h"
#include "record/recorder.h"
#include "snapshot/delta.h"

#define NR_HOSTS	150
#define NR_SAMPLES	40

/* ---- two readers ---- */

struct reader {
	struct delta d;
	struct snapshot snap;
	struct snapwrite bytes;	/* which its recorder may still use */
	struct recorder *recorder;
	struct rec_writer *w;
	char file[100];
};

static struct reader full, partial;

static void reader_begin(struct reader *r, const char *suffix)
{
	memset(r, 0, sizeof(*r));
	snprintf(r->file, sizeof(r->file), "%s%s", work, suffix);
	unlink(r->file);
	must(rec_create(&r->w, r->file, true, &err));
	r->recorder = recorder_new(&(struct recorder_config) {
		.root = "/nonexistent", .all = true });
	r->d.groups = KES_GROUP_HISTOGRAM | KES_GROUP_DETAIL;
	r->d.keep_ns = 5000;
}

static void reader_take(struct reader *r, struct snapwrite *w)
{
	snapwrite_free(&r->bytes);
	r->bytes = *w;
	must(snapshot_parse_in_place(&r->snap, w->data, w->len, &err));
}

static void reader_record(struct reader *r, int64_t sample)
{
	uint64_t at = (uint64_t)sample * 1000;

	must(rec_begin(r->w, &err));
	must(rec_sample(r->w, sample, at, at, 0, &err));
	must(recorder_sample(r->recorder, &r->snap, sample, r->w, &err));
	must(rec_commit(r->w, &err));
}

static void reader_end(struct reader *r)
{
	must(rec_begin(r->w, &err));
	must(recorder_finish(r->recorder, r->w, &err));
	must(rec_commit(r->w, &err));
	must(rec_finish(r->w, &err));
	recorder_free(r->recorder);
	delta_free(&r->d);
	snapshot_free(&r->snap);
	snapwrite_free(&r->bytes);
}

/* ---- the same deltas ---- */

static void put_exits(struct buf *out, const struct delta_list *l)
{
	const struct delta_exit *x = l->data;

	for (size_t i = 0; i < l->nr; i++) {
		buf_printf(out, " exit %llx", (unsigned long long)x[i].code);
		for (int k = 0; k < DELTA_NR_COUNTS; k++)
			buf_printf(out, " %llu", (unsigned long long)x[i].n[k]);
	}
}

static void put_some_times(struct buf *out, const struct delta_list *l)
{
	const struct delta_time *x = l->data;

	for (size_t i = 0; i < l->nr; i++) {
		buf_printf(out, " time %llx max %llu",
			   (unsigned long long)x[i].code,
			   (unsigned long long)x[i].max_ns);
		for (int k = 0; k < DELTA_NR_STATES; k++)
			buf_printf(out, " %llu", (unsigned long long)x[i].ns[k]);
	}
}

/* All that a reader reports of a vCPU, except what did not change. */
static void put_change(struct buf *out, const struct delta_vm *vm,
		       const struct delta_change *c)
{
	const struct delta_user *u = c->users.data;
	const struct delta_bucket *b = c->buckets.data;
	const struct delta_detail *x = c->details.data;
	size_t begin = out->len, head;

	buf_printf(out, "vm %llu vcpu %u", (unsigned long long)vm->vm_id,
		   c->vcpu->vcpu_id);
	head = out->len;
	put_exits(out, &c->exits);
	for (size_t i = 0; i < c->users.nr; i++)
		if (u[i].n)
			buf_printf(out, " user %u %llu", u[i].reason,
				   (unsigned long long)u[i].n);
	put_some_times(out, &c->times);
	for (size_t i = 0; i < c->buckets.nr; i++)
		buf_printf(out, " bucket %llx %d %llu",
			   (unsigned long long)b[i].code, b[i].bucket,
			   (unsigned long long)b[i].n);
	for (size_t i = 0; i < c->details.nr; i++)
		if (x[i].n)
			buf_printf(out, " detail %llx %llx %llu",
				   (unsigned long long)x[i].now->code,
				   (unsigned long long)x[i].now->value,
				   (unsigned long long)x[i].n);
	if (c->elapsed_ns | c->guest_ns | c->sums[DELTA_ATTEMPTS])
		buf_printf(out, " elapsed %llu guest %llu attempts %llu",
			   (unsigned long long)c->elapsed_ns,
			   (unsigned long long)c->guest_ns,
			   (unsigned long long)c->sums[DELTA_ATTEMPTS]);
	if (c->is_new | c->restarted)
		buf_printf(out, " new %d restarted %d", c->is_new, c->restarted);
	if (out->len == head)
		out->len = begin;
	else
		buf_printf(out, "\n");
}

static void put_changes(struct buf *out, struct reader *r)
{
	const struct delta_change *c;

	out->len = 0;
	buf_append(out, "", 0);
	delta_begin(&r->d, &r->snap);
	for (size_t i = 0; i < r->d.nr_listed; i++)
		while ((c = delta_next(&r->d, r->d.listed[i])))
			put_change(out, r->d.listed[i], c);
	delta_end(&r->d);
}

static void compare_deltas(void)
{
	struct buf a = { 0 }, b = { 0 };

	put_changes(&a, &full);
	put_changes(&b, &partial);
	buf_append(&a, "", 1);
	buf_append(&b, "", 1);
	assert_string_equal(a.data, b.data);
	buf_free(&a);
	buf_free(&b);
}

/* ---- tests ---- */

/* Some answers are whole snapshots, as after the file was opened again. */
static void take_both(const struct host *before, const struct host *h,
		      int64_t sample)
{
	struct snapwrite all, some;

	make_snapshot(h, &all);
	if (sample > 1 && random_below(10)) {
		make_changes(before, h, &some);
	} else {
		make_snapshot(h, &some);
		snapwrite_header(&some)->flags = KES_FLAG_CHANGES;
	}
	reader_take(&full, &all);
	reader_take(&partial, &some);
}

static void compare_files(void)
{
	char command[256];

	snprintf(command, sizeof(command), "cmp %s %s", full.file, partial.file);
	assert_int_equal(system(command), 0);
	unlink(full.file);
	unlink(partial.file);
}

static void changes_equal_full_snapshots(void **state UNUSED)
{
	static const uint8_t plain = 2;

	choose_work();
	for (int n = 0; n < NR_HOSTS; n++) {
		struct host h = host_begin(&plain, 1), before;

		reader_begin(&full, ".full");
		reader_begin(&partial, ".partial");
		for (int64_t sample = 1; sample <= NR_SAMPLES; sample++) {
			before = h;
			live(&h);
			take_both(&before, &h, sample);
			compare_deltas();
			reader_record(&full, sample);
			reader_record(&partial, sample);
		}
		reader_end(&full);
		reader_end(&partial);
		compare_files();
	}
}

static void idle_vcpus_are_not_listed(void **state UNUSED)
{
	static const uint8_t plain = 2;
	struct host h = host_begin(&plain, 1), before;
	struct snapwrite w;

	choose_work();
	for (int i = 0; i < NR_VMS; i++)
		h.vms[i].untimed = true;
	reader_begin(&partial, ".partial");
	make_snapshot(&h, &w);
	snapwrite_header(&w)->flags = KES_FLAG_CHANGES;
	reader_take(&partial, &w);
	delta_begin(&partial.d, &partial.snap);
	assert_int_equal(partial.d.nr_listed, NR_VMS);
	for (int i = 0; i < NR_VMS; i++)
		while (delta_next(&partial.d, partial.d.listed[i]))
			;
	before = h;
	count(&h.vms[1].cpus[1], 0, 5);
	h.now += 1000;
	make_changes(&before, &h, &w);
	reader_take(&partial, &w);
	delta_begin(&partial.d, &partial.snap);
	assert_int_equal(partial.d.nr_listed, 1);
	assert_int_equal(delta_next(&partial.d, partial.d.listed[0])->vcpu->vcpu_id,
			 1);
	assert_null(delta_next(&partial.d, partial.d.listed[0]));
	rec_discard(partial.w);
	recorder_free(partial.recorder);
	delta_free(&partial.d);
	snapshot_free(&partial.snap);
	snapwrite_free(&partial.bytes);
}

/* A VM with the vCPUs from @first to @end - 1; whole: since 0. */
static void take_vcpus(struct delta *d, struct snapshot *snap, uint64_t since,
		       uint32_t first, uint32_t end, uint64_t destroyed_ns)
{
	struct snapwrite w;

	snapwrite_begin(&w, KES_ISA_VMX, KES_FIELD_CONTEXT);
	snapwrite_header(&w)->flags = KES_FLAG_CHANGES;
	snapwrite_header(&w)->since = since;
	snapwrite_vm(&w, 1, 1, 1, destroyed_ns, "x");
	for (uint32_t i = first; i < end; i++)
		snapwrite_vcpu(&w, KES_REC_VCPU, i, 0);
	snapwrite_end(&w);
	must(snapshot_parse(snap, w.data, w.len, &err));
	snapwrite_free(&w);
	delta_begin(d, snap);
	while (delta_next(d, d->listed[0]))
		;
	delta_end(d);
}

static void expect_listed(const struct delta *d, const bool *want)
{
	for (size_t i = 0; i < d->vms[0]->nr; i++)
		assert_int_equal(delta_is_listed(d, d->vms[0],
						 &d->vms[0]->vcpus[i]), want[i]);
}

static void listed_are_those_of_the_last_whole_answer(void **state UNUSED)
{
	struct delta d = { .keep_ns = UINT64_MAX };
	struct snapshot snap = { 0 };

	take_vcpus(&d, &snap, 0, 0, 3, 0);
	take_vcpus(&d, &snap, 1, 1, 2, 0);
	expect_listed(&d, (bool[]) { true, true, true });
	take_vcpus(&d, &snap, 0, 0, 2, 0);
	expect_listed(&d, (bool[]) { true, true, false });
	take_vcpus(&d, &snap, 1, 0, 1, 0);
	expect_listed(&d, (bool[]) { true, true, false });
	take_vcpus(&d, &snap, 1, 1, 2, 5);	/* the final records */
	expect_listed(&d, (bool[]) { false, true, false });
	delta_free(&d);
	snapshot_free(&snap);
}

UNIT_TESTS("changes",
	   TEST(listed_are_those_of_the_last_whole_answer),
	   TEST(changes_equal_full_snapshots),
	   TEST(idle_vcpus_are_not_listed))

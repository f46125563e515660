// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of a recording's totals: at each commit they are the sums of the
 * samples that they say they are of, as the reader has them, by phase; and the
 * same in an export.
 */

#include <sqlite3.h>

#include "unit.h"
#include "export/export.h"
#include "random.h"
#include "recording/reader.h"
#include "recording/writer.h"

#define NR_VCPUS	3
#define NR_REASONS	5
#define MS		NSEC_PER_MSEC
#define T0		(5000 * MS)

static struct errbuf err;
static char path[64], part[80], exported[80];

static uint64_t next_random(uint64_t below)
{
	return (random_word() >> 11) % below;
}

static void must(int rc)
{
	if (rc)
		fail_msg("%s", err.text);
}

/* ---- a recording ---- */

static void put_tables(struct rec_writer *w, int nr_vcpus, int nr_reasons)
{
	must(rec_meta_u64(w, "interval_ns", 100 * MS, &err));
	must(rec_vm(w, &(struct rec_vm_row) { .id = 1, .vm_id = 1, .name = "a",
					      .comm = "a", .cmdline = "a" },
		    &err));
	for (int v = 1; v <= nr_vcpus; v++)
		must(rec_vcpu(w, v, 1, (uint32_t)v - 1, &err));
	for (int i = 1; i <= nr_reasons; i++)
		must(rec_reason(w, &(struct rec_reason_row) {
			.id = i, .isa = "vmx", .code = (uint64_t)i,
			.name = "A", .class = "io", .meaning = "m",
			.reference = "r" }, &err));
}

static struct rec_writer *begin(int nr_vcpus, int nr_reasons)
{
	struct rec_writer *w;

	must(rec_create(&w, path, true, &err));
	must(rec_begin(w, &err));
	put_tables(w, nr_vcpus, nr_reasons);
	must(rec_commit(w, &err));
	return w;
}

static void put_reason(struct rec_writer *w, int64_t k, int64_t v, int64_t i)
{
	int64_t n = (int64_t)next_random(1000);
	/* -1: the source did not fill it, then */
	struct rec_counts c = { n, next_random(3) ? n / 2 : -1, -1, 0, n };
	int64_t ns[REC_NR_STATES] = { n * 1000, n, 0, n * 7, 0 };

	if (next_random(5))
		must(rec_delta(w, k, v, i, &c, &err));
	if (next_random(2))
		must(rec_time(w, k, v, i, ns,
			      next_random(2) ? n * 10 : -1, &err));
	if (next_random(2))
		must(rec_histogram(w, k, v, i, (int)next_random(REC_NR_BUCKETS),
				   (uint64_t)n, &err));
	if (!next_random(4))
		must(rec_userspace(w, k, v, (uint32_t)i, (uint64_t)n, &err));
}

/* @quiet: without a row. Reasons in any order, as kernels list them. */
static void put_sample(struct rec_writer *w, int64_t k, bool quiet)
{
	uint64_t at = T0 + (uint64_t)k * 100 * MS;

	must(rec_begin(w, &err));
	must(rec_sample(w, k, at - MS, at, 0, &err));
	for (int v = NR_VCPUS; !quiet && k > 1 && v >= 1; v--) {
		const uint64_t attempts[3] = { next_random(99), 1, 0 };

		for (int i = NR_REASONS; i >= 1; i--)
			put_reason(w, k, v, i);
		if (next_random(2))
			must(rec_closure(w, k, v, attempts, &err));
		if (next_random(2))
			must(rec_vcpu_time(w, k, v, 100 * MS,
					   (int64_t)next_random(50), &err));
	}
	must(rec_commit(w, &err));
}

static void put_phase(struct rec_writer *w, int64_t id, int64_t sample)
{
	must(rec_phase(w, id, "p", T0 + (uint64_t)sample * 100 * MS - 2 * MS,
		       "", &err));
}

/* ---- sums of what the reader has ---- */

struct sum {
	int64_t keys[4];	/* phase first */
	int64_t values[6];	/* -1: NULL */
};

struct sums {
	const struct recording *r;
	const struct pack_shape *shape;
	int ids;		/* of the keys, how many are indices */
	int64_t upto;		/* sample */
	struct sum *list;
	size_t nr, cap;
};

static struct sum *sum_of(struct sums *s, const int64_t *n)
{
	struct sum want = { .keys = { s->r->samples[n[0]].phase + 1 } };
	size_t i;

	for (int k = 0; k < s->shape->keys; k++)
		want.keys[k + 1] = n[k + 1] + (k < s->ids);
	for (i = 0; i < s->nr; i++)
		if (!memcmp(s->list[i].keys, want.keys, sizeof(want.keys)))
			return &s->list[i];
	memset(want.values, 0xff, sizeof(want.values));
	s->list = vec_room(s->list, s->nr, &s->cap, sizeof(want));
	s->list[s->nr++] = want;
	return &s->list[i];
}

static int on_row(void *arg, const int64_t *n)
{
	struct sums *s = arg;
	int64_t *values;

	if (n[0] >= s->upto)
		return 0;
	values = sum_of(s, n)->values;
	n += 1 + s->shape->keys;
	for (int i = 0; i < s->shape->values; i++) {
		if (n[i] < 0)
			continue;
		if (values[i] < 0)
			values[i] = n[i];
		else if (i != s->shape->max_value)
			values[i] += n[i];
		else if (n[i] > values[i])
			values[i] = n[i];
	}
	return 0;
}

static int on_delta(void *arg, const struct rec_delta *d)
{
	return on_row(arg, (int64_t[]) {
		(int64_t)d->sample, (int64_t)d->vcpu, (int64_t)d->reason,
		d->n.l1, d->n.l2, d->n.l2_reflected, d->n.fastpath,
		d->n.userspace });
}

static void add_up(struct sums *s, struct recording *r, enum pack_kind kind)
{
	static const enum rec_rows rows[PACK_NR_KINDS] = {
		[PACK_CLOSURE] = REC_CLOSURE, [PACK_USERSPACE] = REC_USERSPACE,
		[PACK_VCPU_TIME] = REC_VCPU_TIME, [PACK_TIME] = REC_TIME,
		[PACK_HISTOGRAM] = REC_HISTOGRAM,
	};

	s->r = r;
	s->shape = &pack_shapes[kind];
	s->ids = kind == PACK_DELTA || kind == PACK_TIME ||
		 kind == PACK_HISTOGRAM ? 2 : 1;
	if (kind == PACK_DELTA)
		must(rec_for_each_delta(r, on_delta, s, &err));
	else
		must(rec_for_each_row(r, rows[kind], on_row, s, &err));
}

/* ---- what the tables say ---- */

static int64_t column(sqlite3_stmt *s, int i)
{
	return sqlite3_column_type(s, i) == SQLITE_NULL ? -1 :
	       sqlite3_column_int64(s, i);
}

static void is_total(const struct sums *s, sqlite3_stmt *row)
{
	struct sum want = { 0 };
	int at = 0;

	for (int k = 0; k <= s->shape->keys; k++)
		want.keys[k] = column(row, at++);
	for (size_t i = 0; i < s->nr; i++) {
		if (memcmp(s->list[i].keys, want.keys, sizeof(want.keys)))
			continue;
		for (int v = 0; v < s->shape->values; v++)
			assert_int_equal(column(row, at++),
					 s->list[i].values[v]);
		return;
	}
	fail_msg("%s_total has a row for which there are none", s->shape->name);
}

static sqlite3_stmt *query(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL))
		fail_msg("%s", sqlite3_errmsg(db));
	return s;
}

static int64_t number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s = query(db, sql);
	int64_t n;

	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

static void kind_is_right(sqlite3 *db, struct recording *r,
			  enum pack_kind kind, int64_t upto)
{
	struct sums s = { .upto = upto };
	sqlite3_stmt *rows;
	size_t nr = 0;
	char sql[64];

	add_up(&s, r, kind);
	snprintf(sql, sizeof(sql), "SELECT * FROM %s_total", s.shape->name);
	rows = query(db, sql);
	for (; sqlite3_step(rows) == SQLITE_ROW; nr++)
		is_total(&s, rows);
	sqlite3_finalize(rows);
	assert_int_equal(nr, s.nr);
	free(s.list);
}

/* Of @file; the samples are @recording's. Returns how far they go. */
static int64_t totals_are_right(const char *file, const char *recording)
{
	struct recording r;
	sqlite3 *db;
	int64_t upto;

	must(rec_open(&r, recording, &err));
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	upto = number(db, "SELECT sample FROM totals_upto");
	for (int kind = 0; kind < PACK_NR_KINDS; kind++)
		kind_is_right(db, &r, (enum pack_kind)kind, upto);
	sqlite3_close(db);
	rec_close(&r);
	return upto;
}

/* ---- tests ---- */

static const int64_t phases[] = { 2, 3, 40, 41, 66, 110, 111, 0 };

/* As a kill at any moment would leave it: within a run of the last sample. */
static void totals_are_those_of_runs(void **state)
{
	struct rec_writer *w = begin(NR_VCPUS, NR_REASONS);
	int64_t nr_phases = 0, upto = 0;

	for (int64_t k = 1; k < 260; k++) {
		if (k == phases[nr_phases])
			put_phase(w, ++nr_phases, k);
		put_sample(w, k, k > 200 && k < 210);
		if (k % 13 && k != phases[nr_phases])
			continue;
		upto = totals_are_right(part, part);
		assert_true(upto < k && upto >= k - 64);
	}
	rec_leave(w);
	assert_int_equal(totals_are_right(part, part), upto);
}

static void no_progress(void *arg, double share)
{
	assert_true(share >= 0 && share <= 1);
}

static void export_as_rows(const char *from)
{
	struct recording r;

	fclose(fopen(exported, "w"));
	must(rec_open(&r, from, &err));
	must(export_sqlite(&r, exported, "e", no_progress, NULL, &err));
	rec_close(&r);
}

/* In the end they are of all samples, in the recording and in its export. */
static void finished_ones_are_whole(void **state)
{
	static const int64_t lengths[] = { 1, 2, 3, 64, 65, 66, 67, 130, 200 };

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct rec_writer *w = begin(NR_VCPUS, NR_REASONS);
		int64_t nr_phases = 0;

		for (int64_t k = 1; k <= lengths[i]; k++) {
			if (i % 2 && k == phases[nr_phases])
				put_phase(w, ++nr_phases, k);
			put_sample(w, k, false);
		}
		must(rec_finish(w, &err));
		assert_int_equal(totals_are_right(path, path), lengths[i]);
		export_as_rows(path);
		assert_int_equal(totals_are_right(exported, path), lengths[i]);
	}
}

/* An interrupted one's export has totals of all its samples. */
static void exports_are_whole(void **state)
{
	struct rec_writer *w = begin(NR_VCPUS, NR_REASONS);

	for (int64_t k = 1; k <= 100; k++)
		put_sample(w, k, false);
	rec_leave(w);
	assert_int_equal(totals_are_right(part, part), 66);
	export_as_rows(part);
	assert_int_equal(totals_are_right(exported, part), 100);
}

/* ---- more rows than are written with each run ---- */

#define MANY_VCPUS	64
#define MANY_REASONS	70

static void put_many(struct rec_writer *w, int64_t k)
{
	uint64_t at = T0 + (uint64_t)k * 100 * MS;
	struct rec_counts c = { k, 0, 0, 0, 0 };

	must(rec_begin(w, &err));
	must(rec_sample(w, k, at - MS, at, 0, &err));
	for (int v = 1; k > 1 && v <= MANY_VCPUS; v++)
		for (int i = 1; i <= MANY_REASONS; i++)
			must(rec_delta(w, k, v, i, &c, &err));
	must(rec_commit(w, &err));
}

static int64_t sum_upto(int64_t k)
{
	return (k * (k + 1) / 2 - 1) * MANY_VCPUS * MANY_REASONS;
}

static void has(const char *file, int64_t upto)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(number(db, "SELECT sample FROM totals_upto"), upto);
	assert_int_equal(number(db, "SELECT sum(exits) FROM totals"),
			 upto ? sum_upto(upto) : 0);
	sqlite3_close(db);
}

/* They come when their phase has ended. */
static void many_come_with_phases(void **state)
{
	struct rec_writer *w = begin(MANY_VCPUS, MANY_REASONS);
	int64_t k;

	for (k = 1; k <= 150; k++)
		put_many(w, k);
	has(part, 1);
	put_phase(w, 1, k);
	put_many(w, k++);
	has(part, 1);
	put_many(w, k++);
	has(part, 151);
	for (; k <= 300; k++)
		put_many(w, k);
	has(part, 151);
	must(rec_finish(w, &err));
	has(path, 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(totals_are_those_of_runs),
		TEST(finished_ones_are_whole),
		TEST(exports_are_whole),
		TEST(many_come_with_phases),
	};
	int rc;

	random_state = RANDOM_SEED;
	snprintf(path, sizeof(path), "test-totals.%d.tmp", getpid());
	snprintf(part, sizeof(part), "%s" REC_PART_SUFFIX, path);
	snprintf(exported, sizeof(exported), "%s.db", path);
	rc = cmocka_run_group_tests_name("totals", tests, NULL, NULL);
	unlink(part);
	unlink(path);
	unlink(exported);
	return rc;
}

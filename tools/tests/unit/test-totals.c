// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of a recording's totals: at each commit they are the sums, by phase, of
 * the samples up to the one that they name, as read by the reader. The same is true
 * of an export.
 */

#include <sqlite3.h>

#include "unit.h"
#include "export/export.h"
#include "recmade.h"
#include "recording/reader.h"

#define NR_VCPUS	3
#define NR_REASONS	5
/* ---- sums of the reader's rows ---- */

struct sum {
	int64_t keys[4];	/* phase first */
	int64_t values[7];	/* -1: NULL */
};

struct sums {
	const struct recording *r;
	const struct pack_shape *shape;
	int ids;		/* number of keys that are indices */
	int64_t upto;		/* last sample in the sums */
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

static void add_up(struct sums *s, struct recording *r, enum pack_kind kind)
{
	s->r = r;
	s->shape = &pack_shapes[kind];
	s->ids = kind == PACK_DELTA || kind == PACK_TIME ||
		 kind == PACK_NESTED || kind == PACK_HISTOGRAM ? 2 : 1;
	must(rec_for_each_row(r, kind, on_row, s, &err));
}

/* ---- sums in the tables ---- */

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
	fail_msg("%s_total has a row without samples", s->shape->name);
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

/* Check the totals in @file with the samples of @recording; return the last sample. */
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

/* After a kill at any time, totals lag behind by at most a block of samples. */
static void totals_are_written_with_each_block(void **state UNUSED)
{
	struct recmade m = recmade_begin(NR_VCPUS, NR_REASONS, 1);
	int64_t upto = 0;

	for (int64_t k = 1; k < 260; k++) {
		if (k == phases[m.phases])
			recmade_phase(&m, k);
		/* some samples without rows */
		m.one_in = k <= 200 || k >= 210;
		recmade_sample(&m, k);
		if (k % 13 && k != phases[m.phases])
			continue;
		upto = totals_are_right(part, part);
		assert_true(upto < k && upto >= k - 64);
	}
	rec_leave(m.w);
	assert_int_equal(totals_are_right(part, part), upto);
}

static void no_progress(void *arg UNUSED, double share)
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

/* A finished recording and its export have totals of all samples. */
static void finished_recording_has_all_totals(void **state UNUSED)
{
	static const int64_t lengths[] = { 1, 2, 3, 64, 65, 66, 67, 130, 200 };

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct recmade m = recmade_begin(NR_VCPUS, NR_REASONS, 1);

		recmade_samples(&m, lengths[i], i % 2 ? phases : no_phases);
		must(rec_finish(m.w, &err));
		assert_int_equal(totals_are_right(work, work), lengths[i]);
		export_as_rows(work);
		assert_int_equal(totals_are_right(exported, work), lengths[i]);
	}
}

/* The export of an interrupted recording has totals of all samples. */
static void export_of_interrupted_recording_has_all_totals(void **state UNUSED)
{
	struct recmade m = recmade_begin(NR_VCPUS, NR_REASONS, 1);

	recmade_samples(&m, 100, no_phases);
	rec_leave(m.w);
	assert_int_equal(totals_are_right(part, part), 66);
	export_as_rows(part);
	assert_int_equal(totals_are_right(exported, part), 100);
}

/* ---- more rows than are written with each block ---- */

#define MANY_VCPUS	64
#define MANY_REASONS	70

static void put_many(struct rec_writer *w, int64_t k)
{
	uint64_t at = T0 + (uint64_t)k * 100 * MS;

	must(rec_begin(w, &err));
	must(rec_sample(w, k, at - MS, at, 0, &err));
	for (int v = 1; k > 1 && v <= MANY_VCPUS; v++)
		for (int i = 1; i <= MANY_REASONS; i++)
			recmade_row(w, PACK_DELTA, k,
				    (int64_t[]) { v, i, k, 0, 0, 0, 0 });
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

/* Such totals are written when their phase ends. */
static void large_totals_are_written_at_phase_ends(void **state UNUSED)
{
	struct recmade m = recmade_begin(MANY_VCPUS, MANY_REASONS, 1);
	int64_t k;

	for (k = 1; k <= 150; k++)
		put_many(m.w, k);
	has(part, 1);
	recmade_phase(&m, k);
	put_many(m.w, k++);
	has(part, 1);
	put_many(m.w, k++);
	has(part, 151);
	for (; k <= 300; k++)
		put_many(m.w, k);
	has(part, 151);
	must(rec_finish(m.w, &err));
	has(work, 300);
}

UNIT_TESTS("totals",
	   TEST(totals_are_written_with_each_block),
	   TEST(finished_recording_has_all_totals),
	   TEST(export_of_interrupted_recording_has_all_totals),
	   TEST(large_totals_are_written_at_phase_ends))

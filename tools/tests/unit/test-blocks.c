// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of recordings: rows are read in order, each phase has its own samples,
 * and sums from block summaries equal the sums of the samples.
 */
#include <signal.h>
#include <sys/resource.h>

#include <sqlite3.h>

#include "unit.h"
#include "model/load.h"
#include "recmade.h"

#define NR_VCPUS	3
#define NR_REASONS	7

/* Number of samples, and the samples at which phases begin, up to a 0. */
static struct recmade make(int64_t samples, const int64_t *phases)
{
	struct recmade m;

	random_state = RANDOM_SEED;
	m = recmade_begin(NR_VCPUS, NR_REASONS, 4);
	recmade_samples(&m, samples, phases);
	return m;
}

/* Two recordings, or one read in two ways, and their models. */
static struct recording rec[2];
static struct model model[2];

static void open_as(int i, const char *file, uint64_t max)
{
	must(rec_open_upto(&rec[i], file, max, &err));
	must(model_load(&model[i], &rec[i], &err));
}

static void close_both(void)
{
	for (int i = 0; i < 2; i++) {
		model_free(&model[i]);
		rec_close(&rec[i]);
	}
}

static int teardown(void **state)
{
	close_both();
	return report_row(state);
}

/* Compare cells, except for times of day, which a summary has less exactly. */
static void same_cell(const struct model_cell *a, const struct model_cell *b)
{
	assert_memory_equal(&a->key, &b->key, sizeof(a->key));
	assert_memory_equal(&a->n, &b->n, sizeof(a->n));
	assert_memory_equal(a->ns, b->ns, sizeof(a->ns));
	assert_int_equal(a->max_ns, b->max_ns);
	assert_int_equal(a->elapsed_ns, b->elapsed_ns);
	assert_memory_equal(a->entries, b->entries, sizeof(a->entries));
	for (int i = 0; i < REC_NR_BUCKETS; i++)
		assert_int_equal(model_bucket(a, i), model_bucket(b, i));
	assert_int_equal(a->nr_users, b->nr_users);
	for (size_t i = 0; i < a->nr_users; i++) {
		assert_int_equal(a->users[i].code, b->users[i].code);
		assert_int_equal(a->users[i].count, b->users[i].count);
	}
}

static void same_sums(void)
{
	const struct model *a = &model[0], *b = &model[1];

	assert_int_equal(a->total, b->total);
	assert_int_equal(a->end_ns, b->end_ns);
	assert_int_equal(a->missed, b->missed);
	assert_int_equal(a->rec->nr_taken, b->rec->nr_taken);
	assert_int_equal(a->groups.has_time, b->groups.has_time);
	assert_int_equal(a->sums.cells.nr, b->sums.cells.nr);
	for (size_t i = 0; i < a->sums.cells.nr; i++)
		same_cell(&a->sums.cells.cell[i], &b->sums.cells.cell[i]);
	assert_int_equal(a->nr_phases, b->nr_phases);
	for (size_t i = 0; i < a->nr_phases; i++)
		assert_int_equal(a->phases[i].end_ns, b->phases[i].end_ns);
}

/* Compare a killed recording, read in full and in summary. */
static void compare(int64_t samples, const int64_t *phases)
{
	rec_leave(make(samples, phases).w);
	open_as(0, part, UINT64_MAX);
	open_as(1, part, 1);
	assert_true(rec[0].interrupted);
	assert_int_equal(rec[0].nr_samples, samples);
	assert_true(model[0].total > 0);
	assert_true(rec[1].nr_runs > 0);
	assert_true(rec[1].nr_samples < rec[0].nr_samples);
	same_sums();
	close_both();
}

/* At each length: the last block may or may not be complete. */
static void summaries_equal_samples(void **state UNUSED)
{
	static const int64_t phases[] = { 2, 3, 40, 41, 66, 110, 111, 0 };

	for (int64_t n = 100; n < 300; n += 7) {
		compare(n, phases);
		compare(n, no_phases);
	}
}

/* A phase recorded late does not apply to samples written before it. */
static void late_phase_applies_to_later_samples(void **state UNUSED)
{
	struct recmade made = make(200, no_phases);

	must(rec_phase(made.w, 1, "late", T0 + 5000 * MS, "", &err));
	recmade_sample(&made, 201);
	rec_leave(made.w);
	open_as(0, part, UINT64_MAX);
	open_as(1, part, 1);
	assert_int_equal(rec[0].samples[199].phase, -1);
	assert_int_equal(rec[0].samples[200].phase, 0);
	same_sums();
}

static void finished_and_interrupted_recordings_agree(void **state UNUSED)
{
	static const int64_t phases[] = { 2, 40, 66, 0 };

	rec_leave(make(150, phases).w);
	open_as(0, part, UINT64_MAX);
	must(rec_finish(make(150, phases).w, &err));
	open_as(1, work, UINT64_MAX);
	assert_true(rec[0].interrupted);
	assert_false(rec[1].interrupted);
	same_sums();
	assert_int_equal(model[0].bins.nr, model[1].bins.nr);
	assert_true(model[0].shape.cv == model[1].shape.cv);
	unlink(work);
}

/* Checkpoint the log, so that later writes need room for a new one. */
static void fold_log(const char *file)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)",
				      NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* No room for the last block and the totals: earlier data is not lost. */
static void full_disk_leaves_an_interrupted_recording(void **state UNUSED)
{
	struct rec_writer *w = make(3000, no_phases).w;
	struct rlimit old, tight;

	signal(SIGXFSZ, SIG_IGN);
	fold_log(part);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	tight = old;
	tight.rlim_cur = 4096;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	assert_true(rec_finish(w, &err) < 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(access(work, F_OK), -1);
	open_as(0, part, UINT64_MAX);
	assert_true(rec[0].interrupted);
	assert_int_equal(rec[0].nr_samples, 3000);
}

struct order {
	int64_t rows[8][REC_MAX_COLUMNS];
	size_t nr;
};

static int note_delta(void *arg, const int64_t *n)
{
	struct order *o = arg;

	assert_true(o->nr < ARRAY_LEN(o->rows));
	memcpy(o->rows[o->nr++], n, sizeof(o->rows[0]));
	return 0;
}

/* Rows in any order, one of them twice. */
static void rows_are_read_in_order(void **state UNUSED)
{
	static const int64_t put[][3] = {
		{ 3, 2, 5 }, { 1, 7, 7 }, { 1, 2, 9 }, { 3, 2, 6 }, { 2, 1, 1 },
	}, want[][3] = {
		{ 1, 2, 9 }, { 1, 7, 7 }, { 2, 1, 1 }, { 3, 2, 11 },
	};
	struct rec_writer *w = make(1, no_phases).w;
	struct order o = { .nr = 0 };

	must(rec_begin(w, &err));
	must(rec_sample(w, 2, T0 + 200 * MS, T0 + 200 * MS, 0, &err));
	for (size_t i = 0; i < ARRAY_LEN(put); i++)
		recmade_row(w, PACK_DELTA, 2, (int64_t[]) {
			put[i][0], put[i][1], put[i][2], -1, 0, 0, 0 });
	must(rec_commit(w, &err));
	rec_leave(w);
	must(rec_open(&rec[0], part, &err));
	must(rec_for_each_row(&rec[0], PACK_DELTA, note_delta, &o, &err));
	assert_int_equal(o.nr, ARRAY_LEN(want));
	for (size_t i = 0; i < o.nr; i++) {
		assert_int_equal(o.rows[i][1], want[i][0] - 1);
		assert_int_equal(o.rows[i][2], want[i][1] - 1);
		assert_int_equal(o.rows[i][3], want[i][2]);
		assert_int_equal(o.rows[i][4], -1);
	}
}

/* The first interval has the phase at its middle, the others that at their begin. */
static void each_interval_has_one_phase(void **state UNUSED)
{
	static const struct {
		uint64_t begin_ns;
		int phases[3];
	} cases[] = {
		{ T0 + 101 * MS, { -1, 0, 0 } }, { T0 + 150 * MS, { -1, 0, 0 } },
		{ T0 + 151 * MS, { -1, -1, 0 } }, { T0 + 200 * MS, { -1, -1, 0 } },
		{ T0 + 201 * MS, { -1, -1, -1 } }, { T0 + 1 * MS, { 0, 0, 0 } },
	};

	each_row(c, cases) {
		struct rec_writer *w;

		must(rec_create(&w, work, true, &err));
		must(rec_phase(w, 1, "p", c->begin_ns, "", &err));
		for (uint64_t k = 1; k <= 3; k++)
			must(rec_sample(w, (int64_t)k, T0 + k * 100 * MS,
					T0 + k * 100 * MS, 0, &err));
		rec_leave(w);
		must(rec_open(&rec[0], part, &err));
		for (size_t k = 0; k < 3; k++)
			assert_int_equal(rec[0].samples[k].phase, c->phases[k]);
		rec_close(&rec[0]);
	}
}

static void rows_of_another_sample_are_refused(void **state UNUSED)
{
	struct rec_writer *w = make(3, no_phases).w;

	must(rec_begin(w, &err));
	must(rec_sample(w, 4, T0 + 401 * MS, T0 + 402 * MS, 0, &err));
	assert_int_equal(rec_row(w, PACK_USERSPACE, 3, (int64_t[]) { 1, 2, 1 },
				 &err), -EINVAL);
	expect_error("sample 3");
	rec_discard(w);
}

UNIT_TESTS("blocks",
	   TTEST(summaries_equal_samples),
	   TTEST(late_phase_applies_to_later_samples),
	   TTEST(finished_and_interrupted_recordings_agree),
	   TTEST(full_disk_leaves_an_interrupted_recording),
	   TTEST(rows_are_read_in_order), TTEST(each_interval_has_one_phase),
	   TTEST(rows_of_another_sample_are_refused))

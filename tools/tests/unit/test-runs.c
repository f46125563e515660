// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of packed recordings: that rows come back as they were put in, and
 * that what a summary says by runs of samples is what the samples say.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "model/model.h"
#include "random.h"
#include "recording/pack.h"
#include "recording/writer.h"

#define NR_VCPUS	3
#define NR_REASONS	7
#define MS		NSEC_PER_MSEC
#define T0		(5000 * MS)

static struct errbuf err;
static char path[64], part[80];
static uint64_t next_random(uint64_t below)
{
	return (random_word() >> 11) % below;
}

/* ---- rows as bytes ---- */

static int64_t odd_number(void)
{
	static const int64_t odd[] = {
		0, 1, 127, 128, 16383, 16384, INT64_MAX, INT64_MAX - 1, -1,
	};

	return next_random(2) ? odd[next_random(ARRAY_LEN(odd))] :
				(int64_t)next_random(1000000);
}

static void fill_row(enum pack_kind kind, int64_t *n)
{
	const struct pack_shape *shape = &pack_shapes[kind];

	for (int i = 0; i < shape->keys + shape->values; i++) {
		n[i] = odd_number();
		if (n[i] < 0 && (i < shape->keys ||
				 !(shape->nulls >> (i - shape->keys) & 1)))
			n[i] = 0;
	}
}

static void rows_come_back(void **state)
{
	enum { NR = 1000 };
	static int64_t rows[NR][PACK_MAX_NUMBERS];

	(void)state;
	for (int kind = 0; kind < PACK_NR_KINDS; kind++) {
		size_t len = (size_t)(pack_shapes[kind].keys +
				      pack_shapes[kind].values);
		struct pack_state at = { 0 };
		struct pack_reader r = { 0 };
		int64_t n[PACK_MAX_NUMBERS];
		struct buf b = { 0 };

		for (size_t i = 0; i < NR; i++) {
			fill_row(kind, rows[i]);
			assert_int_equal(pack_put(kind, &at, &b, rows[i]), 0);
		}
		r.at = (unsigned char *)b.data;
		r.end = r.at + b.len;
		for (size_t i = 0; i < NR; i++) {
			assert_int_equal(pack_next(kind, &r, n), 1);
			assert_memory_equal(n, rows[i], len * sizeof(*n));
		}
		assert_int_equal(pack_next(kind, &r, n), 0);
		buf_free(&b);
	}
}

static void cut_rows_are_damaged(void **state)
{
	const int64_t row[] = { 300, 5, 1000, -1, 0, 70000, 3 };
	struct pack_state at = { 0 };
	int64_t n[PACK_MAX_NUMBERS];
	struct buf b = { 0 };

	(void)state;
	assert_int_equal(pack_put(PACK_DELTA, &at, &b, row), 0);
	for (size_t len = 1; len <= b.len; len++) {
		struct pack_reader r = { .at = (unsigned char *)b.data,
					 .end = (unsigned char *)b.data + len };

		assert_int_equal(pack_next(PACK_DELTA, &r, n),
				 len < b.len ? -EINVAL : 1);
	}
	buf_free(&b);
}

static void impossible_numbers_are_refused(void **state)
{
	static const struct {
		enum pack_kind kind;
		int64_t n[PACK_MAX_NUMBERS];
	} rows[] = {
		{ PACK_DELTA, { 1, 1, -1, 0, 0, 0, 0 } },
		{ PACK_DELTA, { 1, 1, 1, -2, 0, 0, 0 } },
		{ PACK_CLOSURE, { 1, 1, 1, INT64_MIN } },
		{ PACK_TIME, { 1, 1, 0, 0, 0, 0, -1, 5 } },
		{ PACK_HISTOGRAM, { 1, 1, 1, -1 } },
	};
	struct pack_state at = { 0 };
	struct buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(pack_put(rows[i].kind, &at, &b, rows[i].n),
				 -ERANGE);
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

static void sums_are_by_key(void **state)
{
	enum { NR_KEYS = 500 };
	static int64_t want[NR_KEYS];
	struct pack_sums s = { .kind = PACK_USERSPACE };
	struct pack_reader r = { 0 };
	struct buf b = { 0 };
	int64_t n[PACK_MAX_NUMBERS];
	size_t nr = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t key = next_random(NR_KEYS);
		int64_t row[] = { (int64_t)(key % 17), (int64_t)(key / 17),
				  (int64_t)next_random(100) };

		want[key] += row[2];
		pack_sums_add(&s, row);
	}
	pack_sums_take(&s, &b);
	r.at = (unsigned char *)b.data;
	r.end = r.at + b.len;
	for (; pack_next(PACK_USERSPACE, &r, n) > 0; nr++)
		assert_int_equal(n[2], want[n[0] + 17 * n[1]]);
	assert_int_equal(nr, NR_KEYS);
	/* forgotten: the next run begins at 0 */
	b.len = 0;
	pack_sums_take(&s, &b);
	assert_int_equal(b.len, 0);
	pack_sums_free(&s);
	buf_free(&b);
}

/* ---- recordings ---- */

static void must(int rc)
{
	if (rc)
		fail_msg("%s", err.text);
}

static void put_tables(struct rec_writer *w)
{
	must(rec_meta_u64(w, "interval_ns", 100 * MS, &err));
	must(rec_meta_u64(w, "tsc_khz", 2000000, &err));
	must(rec_meta_text(w, "groups", "count,time,histogram", &err));
	must(rec_vm(w, &(struct rec_vm_row) { .id = 1, .vm_id = 1, .name = "a",
					      .comm = "a", .cmdline = "a" },
		    &err));
	for (int v = 1; v <= NR_VCPUS; v++)
		must(rec_vcpu(w, v, 1, (uint32_t)v - 1, &err));
	for (int i = 1; i <= NR_REASONS; i++)
		must(rec_reason(w, &(struct rec_reason_row) {
			.id = i, .isa = "vmx", .code = (uint64_t)i,
			.name = "A", .class = "io", .meaning = "m",
			.reference = "r" }, &err));
}

static void put_reason(struct rec_writer *w, int64_t k, int64_t v, int64_t i)
{
	int64_t n = 1 + (int64_t)next_random(1000);
	struct rec_counts c = { n, n / 2, next_random(2) ? n / 4 : -1, 0, n };
	int64_t ns[REC_NR_STATES] = { n * 1000, n, 0, n * 7, 0 };

	must(rec_delta(w, k, v, i, &c, &err));
	must(rec_time(w, k, v, i, ns, next_random(2) ? n * 10 : -1, &err));
	must(rec_histogram(w, k, v, i, (int)next_random(40), (uint64_t)n,
			   &err));
	must(rec_userspace(w, k, v, (uint32_t)i, (uint64_t)n, &err));
}

static void put_sample(struct rec_writer *w, int64_t k)
{
	uint64_t at = T0 + (uint64_t)k * 100 * MS;

	must(rec_begin(w, &err));
	must(rec_sample(w, k, at - MS, at, next_random(3) / 2, &err));
	for (int v = 1; k > 1 && v <= NR_VCPUS; v++) {
		const uint64_t attempts[3] = { next_random(99), 1, 0 };

		if (next_random(4))
			continue;
		for (int i = 1; i <= NR_REASONS; i += 1 + (int)next_random(3))
			put_reason(w, k, v, i);
		must(rec_closure(w, k, v, attempts, &err));
		must(rec_vcpu_time(w, k, v, 100 * MS, (int64_t)next_random(50) *
				   MS, &err));
	}
	must(rec_commit(w, &err));
}

/* How many samples, and before which of them phases begin; 0: no more. */
static struct rec_writer *make(int64_t samples, const int64_t *phases)
{
	struct rec_writer *w;
	int64_t nr = 0;

	random_state = RANDOM_SEED;
	must(rec_create(&w, path, true, &err));
	must(rec_begin(w, &err));
	put_tables(w);
	must(rec_commit(w, &err));
	for (int64_t k = 1; k <= samples; k++) {
		while (*phases && k == *phases) {
			uint64_t at = T0 + (uint64_t)k * 100 * MS - 2 * MS;
			char name[16];

			snprintf(name, sizeof(name), "p%d", (int)++nr);
			if (nr > 1)
				must(rec_phase_end(w, nr - 1, at, &err));
			must(rec_phase(w, nr, name, at, "", &err));
			phases++;
		}
		put_sample(w, k);
	}
	return w;
}

static void open_as(struct recording *r, struct model *m, const char *file,
		    uint64_t max)
{
	must(rec_open_upto(r, file, max, &err));
	must(model_load(m, r, &err));
}

static void close_both(struct recording *r, struct model *m)
{
	model_free(m);
	rec_close(r);
}

/* But for when, which a summary knows less exactly. */
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

static void same_sums(const struct model *a, const struct model *b)
{
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

/* Of what a kill leaves: all of it, and in summary. */
static void compare(int64_t samples, const int64_t *phases, bool in_summary)
{
	struct recording all, sum;
	struct model a, b;

	rec_leave(make(samples, phases));
	open_as(&all, &a, part, UINT64_MAX);
	open_as(&sum, &b, part, 1);
	assert_int_equal(all.version, REC_VERSION_PACKED);
	assert_int_equal(all.nr_samples, samples);
	assert_true(a.total > 0);
	if (in_summary) {
		assert_true(sum.nr_runs > 0);
		assert_true(sum.nr_samples < all.nr_samples);
	} else {
		assert_int_equal(sum.nr_runs, 0);
		assert_int_equal(sum.nr_samples, all.nr_samples);
	}
	same_sums(&a, &b);
	close_both(&all, &a);
	close_both(&sum, &b);
}

/* At each length, as the last run may be there or not. */
static void summaries_are_exact(void **state)
{
	static const int64_t phases[] = { 2, 3, 40, 41, 66, 110, 111, 0 };
	static const int64_t none[] = { 0 };

	(void)state;
	for (int64_t n = 100; n < 300; n += 7) {
		compare(n, phases, true);
		compare(n, none, true);
	}
}

/* A phase that the writer did not know of in time: no run may hide it. */
static void late_phases_need_samples(void **state)
{
	static const int64_t none[] = { 0 };
	struct recording r;
	struct rec_writer *w;
	struct model m;

	(void)state;
	compare(200, none, true);
	w = make(200, none);
	must(rec_phase(w, 1, "late", T0 + 5000 * MS, "", &err));
	rec_leave(w);
	open_as(&r, &m, part, 1);
	assert_int_equal(r.nr_runs, 0);
	assert_int_equal(r.nr_samples, 200);
	close_both(&r, &m);
}

static void finished_ones_have_rows(void **state)
{
	static const int64_t phases[] = { 2, 40, 66, 0 };
	struct recording packed, rows;
	struct model a, b;

	(void)state;
	rec_leave(make(150, phases));
	open_as(&packed, &a, part, UINT64_MAX);
	must(rec_finish(make(150, phases), &err));
	open_as(&rows, &b, path, 1);
	assert_int_equal(rows.version, REC_VERSION_ROWS);
	same_sums(&a, &b);
	assert_int_equal(a.bins.nr, b.bins.nr);
	assert_true(a.shape.cv == b.shape.cv);
	close_both(&packed, &a);
	close_both(&rows, &b);
	unlink(path);
}

/* Folds the log in, so that the file's size is what there is. */
static uint64_t folded_size(const char *file)
{
	sqlite3 *db;
	struct stat st;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)",
				      NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(stat(file, &st), 0);
	return (uint64_t)st.st_size;
}

/* There is room for what is packed, and not for rows as well. */
static void without_room_it_stays_packed(void **state)
{
	static const int64_t none[] = { 0 };
	struct rec_writer *w = make(3000, none);
	struct rlimit old, tight;
	struct recording r;
	struct model m;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	tight = old;
	tight.rlim_cur = folded_size(part) + 65536;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	must(rec_finish(w, &err));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	open_as(&r, &m, path, UINT64_MAX);
	assert_int_equal(r.version, REC_VERSION_PACKED);
	assert_int_equal(r.nr_samples, 3000);
	close_both(&r, &m);
	unlink(path);
}

static void rows_of_another_sample_are_refused(void **state)
{
	static const int64_t none[] = { 0 };
	struct rec_writer *w = make(3, none);

	(void)state;
	must(rec_begin(w, &err));
	must(rec_sample(w, 4, T0 + 401 * MS, T0 + 402 * MS, 0, &err));
	assert_int_equal(rec_userspace(w, 3, 1, 2, 1, &err), -EINVAL);
	assert_non_null(strstr(err.text, "sample 3"));
	rec_discard(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_back),
		cmocka_unit_test(cut_rows_are_damaged),
		cmocka_unit_test(impossible_numbers_are_refused),
		cmocka_unit_test(sums_are_by_key),
		cmocka_unit_test(summaries_are_exact),
		cmocka_unit_test(late_phases_need_samples),
		cmocka_unit_test(finished_ones_have_rows),
		cmocka_unit_test(without_room_it_stays_packed),
		cmocka_unit_test(rows_of_another_sample_are_refused),
	};
	int rc;

	snprintf(path, sizeof(path), "test-runs.%d.tmp", getpid());
	snprintf(part, sizeof(part), "%s" REC_PART_SUFFIX, path);
	rc = cmocka_run_group_tests_name("runs", tests, NULL, NULL);
	unlink(part);
	return rc;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of packed rows: unpacking returns the rows that were packed. */

#include "unit.h"
#include "random.h"
#include "recording/pack.h"

static int64_t odd_number(void)
{
	static const int64_t odd[] = {
		0, 1, 127, 128, 16383, 16384, INT64_MAX, INT64_MAX - 1, -1,
	};

	return random_below(2) ? odd[random_below(ARRAY_LEN(odd))] :
				(int64_t)random_below(1000000);
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

static void rows_are_unpacked_unchanged(void **state UNUSED)
{
	enum { NR = 1000 };
	static int64_t rows[NR][PACK_MAX_NUMBERS];

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

static void truncated_rows_are_refused(void **state UNUSED)
{
	const int64_t row[] = { 300, 5, 1000, -1, 0, 70000, 3 };
	struct pack_state at = { 0 };
	int64_t n[PACK_MAX_NUMBERS];
	struct buf b = { 0 };

	assert_int_equal(pack_put(PACK_DELTA, &at, &b, row), 0);
	for (size_t len = 1; len <= b.len; len++) {
		struct pack_reader r = { .at = (unsigned char *)b.data,
					 .end = (unsigned char *)b.data + len };

		assert_int_equal(pack_next(PACK_DELTA, &r, n),
				 len < b.len ? -EINVAL : 1);
	}
	buf_free(&b);
}

static void impossible_numbers_are_refused(void **state UNUSED)
{
	static const struct {
		enum pack_kind kind;
		int64_t n[PACK_MAX_NUMBERS];
	} rows[] = {
		{ PACK_DELTA, { 1, 1, -1, 0, 0, 0, 0 } },
		{ PACK_DELTA, { 1, 1, 1, -2, 0, 0, 0 } },
		{ PACK_ENTRIES, { 1, 1, 1, INT64_MIN } },
		{ PACK_TIME, { 1, 1, 0, 0, 0, 0, -1, 5 } },
		{ PACK_HISTOGRAM, { 1, 1, 1, -1 } },
	};
	struct pack_state at = { 0 };
	struct buf b = { 0 };

	each_row(row, rows)
		assert_int_equal(pack_put(row->kind, &at, &b, row->n), -ERANGE);
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

static void sums_are_by_key(void **state UNUSED)
{
	enum { NR_KEYS = 500 };
	static int64_t want[NR_KEYS];
	struct pack_sums s = { .kind = PACK_USERSPACE };
	struct pack_reader r = { 0 };
	struct buf b = { 0 };
	int64_t n[PACK_MAX_NUMBERS];
	size_t nr = 0;

	for (int i = 0; i < 20000; i++) {
		size_t key = random_below(NR_KEYS);
		int64_t row[] = { (int64_t)(key % 17), (int64_t)(key / 17),
				  (int64_t)random_below(100) };

		want[key] += row[2];
		pack_sums_add(&s, row);
	}
	pack_sums_take(&s, &b);
	r.at = (unsigned char *)b.data;
	r.end = r.at + b.len;
	for (; pack_next(PACK_USERSPACE, &r, n) > 0; nr++)
		assert_int_equal(n[2], want[n[0] + 17 * n[1]]);
	assert_int_equal(nr, NR_KEYS);
	/* the sums are reset: the next block begins at 0 */
	b.len = 0;
	pack_sums_take(&s, &b);
	assert_int_equal(b.len, 0);
	pack_sums_free(&s);
	buf_free(&b);
}

UNIT_TESTS("pack",
	   TEST(rows_are_unpacked_unchanged), TEST(truncated_rows_are_refused),
	   TEST(impossible_numbers_are_refused), TEST(sums_are_by_key))

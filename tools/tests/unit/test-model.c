// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests: cells and their sums, compared with sums made one by one; points of a
 * time line and columns of a chart.
 */
#include <math.h>

#include "unit.h"
#include "model/bins.h"
#include "model/cells.h"
#include "random.h"

#define NR_VMS		3
#define NR_VCPUS	7
#define NR_PHASES	4
#define NR_REASONS	11
#define MS		NSEC_PER_MSEC

static struct model_key random_key(void)
{
	int32_t vcpu = (int32_t)random_below(NR_VCPUS);

	return (struct model_key) {
		.vm = vcpu % NR_VMS, .vcpu = vcpu,
		.phase = (int32_t)random_below(NR_PHASES + 1) - 1,
		.reason = (int32_t)random_below(NR_REASONS + 1) - 1,
	};
}

/* Random values for every field of a cell. */
static void add_some(struct model_cell *c)
{
	const struct rec_counts n = { 1 + random_below(100), random_below(9), random_below(5), -1, 7 };
	uint64_t at = random_below(1000);

	model_cell_add_counts(c, &n, at, at + 10);
	for (int s = 0; s < KES_NR_STATES; s++)
		c->ns[s] += random_below(1000);
	if (random_below(1000) > c->max_ns)
		c->max_ns = random_below(1000);
	model_cell_add_bucket(c, (int)random_below(REC_NR_BUCKETS), random_below(50));
	c->elapsed_ns += random_below(5000);
	c->entries[random_below(MODEL_NR_ENTRIES)]++;
	model_cell_add_user(c, random_below(4), 1 + random_below(10));
}

static void make_cells(struct model_cells *c)
{
	memset(c, 0, sizeof(*c));
	for (int i = 0; i < 400; i++)
		add_some(model_cells_at(c, random_key()));
	model_cells_seal(c);
}

static bool is_within(int32_t kept, int32_t place)
{
	return kept == MODEL_ALL || kept == place;
}

static bool is_part(const struct model_cell *sum, const struct model_cell *c)
{
	return is_within(sum->key.vm, c->key.vm) &&
	       is_within(sum->key.vcpu, c->key.vcpu) &&
	       is_within(sum->key.phase, c->key.phase) &&
	       is_within(sum->key.reason, c->key.reason);
}

static uint64_t user_of(const struct model_cell *c, uint32_t code)
{
	for (size_t i = 0; i < c->nr_users; i++)
		if (c->users[i].code == code)
			return c->users[i].count;
	return 0;
}

/* Compute the expected sum. */
struct expected {
	uint64_t exits, elapsed, ns[KES_NR_STATES], max, users[4];
	uint64_t bucket[REC_NR_BUCKETS], first, last, attempts;
	size_t parts;
};

static void expect(struct expected *e, const struct model_cell *c)
{
	e->exits += (uint64_t)(c->n.l1 + c->n.l2);
	e->elapsed += c->elapsed_ns;
	e->attempts += c->entries[MODEL_ATTEMPTS];
	for (int s = 0; s < KES_NR_STATES; s++)
		e->ns[s] += c->ns[s];
	for (int b = 0; b < REC_NR_BUCKETS; b++)
		e->bucket[b] += model_bucket(c, b);
	for (uint32_t i = 0; i < 4; i++)
		e->users[i] += user_of(c, i);
	e->max = c->max_ns > e->max ? c->max_ns : e->max;
	if (model_exits(c)) {
		e->first = c->first_ns < e->first ? c->first_ns : e->first;
		e->last = c->last_ns > e->last ? c->last_ns : e->last;
	}
	e->parts++;
}

static void check_sum(const struct model_cells *in, const struct model_cell *c)
{
	struct expected e = { .first = UINT64_MAX };

	for (size_t i = 0; i < in->nr; i++)
		if (is_part(c, &in->cell[i]))
			expect(&e, &in->cell[i]);
	assert_true(e.parts > 0);
	assert_int_equal(model_exits(c), e.exits);
	assert_int_equal(c->n.fastpath, -1);
	assert_int_equal(c->elapsed_ns, e.elapsed);
	assert_int_equal(c->entries[MODEL_ATTEMPTS], e.attempts);
	assert_memory_equal(c->ns, e.ns, sizeof(e.ns));
	assert_int_equal(c->max_ns, e.max);
	for (int b = 0; b < REC_NR_BUCKETS; b++)
		assert_int_equal(model_bucket(c, b), e.bucket[b]);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(user_of(c, i), e.users[i]);
	for (size_t i = 1; i < c->nr_users; i++)
		assert_true(c->users[i - 1].count >= c->users[i].count);
	assert_int_equal(c->first_ns, e.first);
	assert_int_equal(c->last_ns, e.last);
}

static void sums_equal_added_cells(void **state UNUSED)
{
	struct model_cells in, out, twice;

	random_state = RANDOM_SEED;
	make_cells(&in);
	for (unsigned int keep = 0; keep < 16; keep++) {
		uint64_t parts = 0;

		model_cells_fold(&out, &in, keep);
		for (size_t i = 0; i < out.nr; i++) {
			check_sum(&in, &out.cell[i]);
			for (size_t k = 0; k < in.nr; k++)
				parts += is_part(&out.cell[i], &in.cell[k]);
		}
		assert_int_equal(parts, in.nr);
		/* a sum of sums is the same sum */
		model_cells_fold(&twice, &out, 0);
		assert_int_equal(twice.nr, 1);
		check_sum(&in, twice.cell);
		model_cells_free(&twice);
		model_cells_free(&out);
	}
	model_cells_free(&in);
}

static void cells_are_found(void **state UNUSED)
{
	struct model_cells c = { 0 };
	struct model_key k = { 0, 0, 0, 0 };

	for (int round = 0; round < 3; round++)
		for (int32_t v = 0; v < 50; v++)
			for (int32_t r = 49; r >= 0; r--) {
				k = (struct model_key){ 0, v, MODEL_NONE, r };
				model_cells_at(&c, k)->max_ns =
					(uint64_t)(v * 100 + r);
			}
	assert_int_equal(c.nr, 2500);
	model_cells_seal(&c);
	for (size_t i = 0; i < c.nr; i++)
		assert_ptr_equal(model_cells_find(&c, c.cell[i].key),
				 &c.cell[i]);
	k = (struct model_key){ 0, 17, MODEL_NONE, 23 };
	assert_int_equal(model_cells_find(&c, k)->max_ns, 1723);
	k.phase = 0;
	assert_int_equal(model_cells_find(&c, k)->n.l1, -1);
	assert_int_equal(model_exits(model_cells_find(&c, k)), 0);
	model_cells_free(&c);
	assert_int_equal(model_cells_find(&c, k)->n.l1, -1);
	model_cells_fold(&c, &(struct model_cells){ 0 }, MODEL_BY_VM);
	assert_int_equal(c.nr, 0);
}

static void counts_saturate(void **state UNUSED)
{
	const struct rec_counts most = { INT64_MAX - 1, -1, 3, -1, 0 };
	struct model_cell c = { .n = { -1, -1, -1, -1, -1 } };

	model_cell_add_counts(&c, &most, 5, 6);
	model_cell_add_counts(&c, &most, 1, 2);
	assert_int_equal(c.n.l1, INT64_MAX);
	assert_int_equal(c.n.l2, -1);
	assert_int_equal(c.n.reflected, 6);
	assert_int_equal(c.n.userspace, 0);
	assert_int_equal(c.first_ns, 1);
	assert_int_equal(c.last_ns, 6);
}

static void buckets_grow_in_both_directions(void **state UNUSED)
{
	static const int order[] = { 20, 3, 39, 0, 21, 3 };
	struct model_cell c = { 0 };

	assert_int_equal(model_timed(&c), 0);
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		model_cell_add_bucket(&c, order[i], 1 + i);
	assert_int_equal(model_bucket(&c, 20), 1);
	assert_int_equal(model_bucket(&c, 3), 2 + 6);
	assert_int_equal(model_bucket(&c, 39), 3);
	assert_int_equal(model_bucket(&c, 0), 4);
	assert_int_equal(model_bucket(&c, 4), 0);
	assert_int_equal(model_timed(&c), 1 + 2 + 3 + 4 + 5 + 6);
	free(c.bucket);
}

/* ---- time ---- */

/* A sample every 100 ms, and another where a phase begins. */
static const uint64_t ends_ms[] = {
	1000, 1100, 1200, 1230, 1300, 1399, 1500, 1520,
};
static struct rec_sample samples[ARRAY_LEN(ends_ms)];
static struct rec_phase phases[] = {
	{ .name = "a", .begin_ns = 1000 * MS + 10 },
	{ .name = "b", .begin_ns = 1230 * MS },
};
static const int phase_of[] = { -1, 0, 0, 0, 1, 1, 1, 1 };
static struct rec_meta meta = { "interval_ns", "100000000", true };

static struct recording make_recording(void)
{
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		samples[i] = (struct rec_sample) {
			.begin_ns = ends_ms[i] * MS, .end_ns = ends_ms[i] * MS,
			.phase = phase_of[i],
		};
	return (struct recording) {
		.samples = samples, .nr_samples = ARRAY_LEN(samples),
		.phases = phases, .nr_phases = ARRAY_LEN(phases),
		.meta = &meta, .nr_meta = 1, .nr_reasons = 1,
	};
}

static void samples_are_grouped_into_points(void **state UNUSED)
{
	/* 1230: a phase begins; 1520: the rest, too short for its own point */
	static const uint64_t want_ms[] = { 100, 200, 230, 300, 399, 520 };
	struct recording r = make_recording();
	struct bins b;

	bins_make(&b, &r);
	assert_int_equal(b.nr, ARRAY_LEN(want_ms));
	for (size_t i = 0; i < b.nr; i++) {
		assert_int_equal(b.points[i].end_ns, want_ms[i] * MS);
		assert_int_equal(b.points[i].begin_ns,
				 i ? want_ms[i - 1] * MS : 0);
		assert_int_equal(b.points[i].phase, i >= 3);
	}
	for (size_t k = 1; k < r.nr_samples; k++) {
		const struct model_point *p = &b.points[b.point_of[k]];

		assert_int_equal(b.phase_of[k], phase_of[k]);
		assert_true(bins_begin_ns(&r, k) >= p->begin_ns &&
			    bins_end_ns(&r, k) <= p->end_ns);
	}
	bins_free(&b);
}

static void columns_cover_all_points(void **state UNUSED)
{
	for (size_t nr = 1; nr < 40; nr++)
		for (size_t cols = 1; cols <= nr; cols++) {
			const struct bins b = { .nr = nr };

			assert_int_equal(bins_first(&b, cols, 0), 0);
			assert_int_equal(bins_first(&b, cols, cols), nr);
			for (size_t p = 0; p < nr; p++) {
				size_t c = bins_column(&b, cols, p);

				assert_true(bins_first(&b, cols, c) <= p);
				assert_true(bins_first(&b, cols, c + 1) > p);
			}
		}
}

struct shares {
	const struct bins *b;
	double *of;		/* sum of shares by point */
	size_t nr_cols;
};

static void add_share(void *arg, size_t col, const struct model_point *p,
		      double share)
{
	struct shares *s = arg;

	assert_true(col < s->nr_cols && share > 0 && share <= 1);
	s->of[p - s->b->points] += share;
}

static void shares_add_up_to_one(void **state UNUSED)
{
	struct recording r = make_recording();
	struct bins b;

	bins_make(&b, &r);
	for (size_t cols = 1; cols < 50; cols++) {
		double of[ARRAY_LEN(ends_ms)] = { 0 };
		struct shares s = { &b, of, cols };

		bins_share(&b, 0.52, cols, add_share, &s);
		for (size_t i = 0; i < b.nr; i++)
			assert_true(fabs(of[i] - 1) < 1e-9);
	}
	bins_free(&b);
}

/* One sample of length 0. */
static void recording_without_duration_has_no_shares(void **state UNUSED)
{
	struct recording r = make_recording();
	double of[1] = { 0 };
	struct shares s;
	struct bins b;

	r.nr_samples = 1;
	bins_make(&b, &r);
	assert_int_equal(b.nr, 1);
	s = (struct shares){ &b, of, 10 };
	bins_share(&b, 0, 10, add_share, &s);
	assert_true(of[0] == 0);
	bins_free(&b);
}

UNIT_TESTS("model",
	   TEST(sums_equal_added_cells), TEST(cells_are_found),
	   TEST(counts_saturate), TEST(buckets_grow_in_both_directions),
	   TEST(samples_are_grouped_into_points),
	   TEST(columns_cover_all_points), TEST(shares_add_up_to_one),
	   TEST(recording_without_duration_has_no_shares))

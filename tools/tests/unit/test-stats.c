// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests: means, intervals and Welch's t-test compared with published values,
 * and the merging of equal elements.
 *
 * t: the two-sided 5 % column of any table of Student's distribution. Welch:
 * the samples of Rosetta Code's "Welch's t-test", whose expected results are
 * R's t.test(); the first pair is Wikipedia's example 1 as well, which has
 * t = -2.46, 25.0 degrees of freedom, p = 0.021.
 */
#include <math.h>

#include "unit.h"
#include "model/stats.h"

static void student_t_matches_tables(void **state UNUSED)
{
	static const struct {
		double df, t;
	} table[] = {
		{ 1, 12.706 }, { 2, 4.303 }, { 3, 3.182 }, { 4, 2.776 },
		{ 5, 2.571 }, { 10, 2.228 }, { 30, 2.042 }, { 120, 1.980 },
		{ 1e6, 1.960 },
	};

	each_row(row, table) {
		double t = stats_t_quantile(0.975, row->df);

		assert_true(fabs(t - row->t) < 0.0006);
		assert_true(fabs(stats_t_two_sided(t, row->df) - 0.05) < 1e-9);
	}
	/* one degree of freedom is Cauchy's distribution: P(|T| > 1) is 0.5 */
	assert_true(fabs(stats_t_two_sided(1, 1) - 0.5) < 1e-12);
	assert_true(stats_t_two_sided(0, 7) == 1);
	assert_true(fabs(stats_t_two_sided(-2.776, 4) -
			 stats_t_two_sided(2.776, 4)) < 1e-15);
}

static const double d1[] = { 27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1,
			     21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4 };
static const double d2[] = { 27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0,
			     24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4 };
static const double d3[] = { 17.2, 20.9, 22.6, 18.1, 21.7, 21.4, 23.5, 24.2,
			     14.7, 21.8 };
static const double d4[] = { 21.5, 22.8, 21.0, 23.0, 21.6, 23.6, 22.5, 20.7,
			     23.4, 21.8, 20.7, 21.7, 21.5, 22.5, 23.6, 21.5,
			     22.5, 23.5, 21.5, 21.8 };
static const double d5[] = { 19.8, 20.4, 19.6, 17.8, 18.5, 18.9, 18.3, 18.9,
			     19.5, 22.0 };
static const double d6[] = { 28.2, 26.6, 20.1, 23.3, 25.2, 22.1, 17.7, 27.6,
			     20.6, 13.7, 23.2, 17.5, 20.6, 18.0, 23.9, 21.6,
			     24.3, 20.4, 24.0, 13.2 };
static const double d7[] = { 30.02, 29.99, 30.11, 29.97, 30.01, 29.99 };
static const double d8[] = { 29.89, 29.93, 29.72, 29.98, 30.02, 29.98 };
static const double x[] = { 3.0, 4.0, 1.0, 2.1 };
static const double y[] = { 490.2, 340.0, 433.9 };

static void welch_matches_published_values(void **state UNUSED)
{
	static const struct {
		const double *a, *b;
		size_t nr_a, nr_b;
		double p;
	} pairs[] = {
		{ d1, d2, 15, 15, 0.021378 }, { d3, d4, 10, 20, 0.148842 },
		{ d5, d6, 10, 20, 0.035972 }, { d7, d8, 6, 6, 0.090773 },
		{ x, y, 4, 3, 0.010752 },
	};

	each_row(pair, pairs) {
		struct stats_mean a = stats_of(pair->a, pair->nr_a);
		struct stats_mean b = stats_of(pair->b, pair->nr_b);
		struct stats_change c = stats_welch(&a, &b);
		struct stats_change back = stats_welch(&b, &a);

		assert_true(fabs(c.p - pair->p) < 1e-6);
		/* the interval agrees with p */
		assert_int_equal(stats_sure(&c), c.p < 0.05);
		assert_true(back.change == -c.change && back.p == c.p);
		assert_true(back.half == c.half && back.df == c.df);
	}
}

/*
 * Computed by hand: 10, 12, 14 and 20, 26: means 12 and 23, variances 4 and 18,
 * se^2 = 4/3 + 9, df = (31/3)^2 / ((4/3)^2 / 2 + 81) = 961/737.
 */
static void welch_matches_hand_calculation(void **state UNUSED)
{
	struct stats_mean a = stats_of((double[]){ 10, 12, NAN, 14 }, 4);
	struct stats_mean b = stats_of((double[]){ 20, 26 }, 2);
	struct stats_change c = stats_welch(&a, &b);

	assert_int_equal(a.n, 3);
	assert_true(a.mean == 12 && a.sd == 2 && b.mean == 23);
	/* 4.303 x 2 / sqrt(3), and 12.706 x sqrt(18) / sqrt(2) */
	assert_true(fabs(a.half - 4.9683) < 0.001);
	assert_true(fabs(b.half - 38.119) < 0.001);
	assert_true(c.change == 11);
	assert_true(fabs(c.df - 961.0 / 737) < 1e-12);
	assert_true(!stats_sure(&c) && c.half > 11);
}

static void single_runs_have_no_interval(void **state UNUSED)
{
	struct stats_mean none = stats_of((double[]){ NAN }, 1);
	struct stats_mean one = stats_of((double[]){ 5 }, 1);
	struct stats_mean two = stats_of((double[]){ 7, 9 }, 2);
	struct stats_mean five = stats_of((double[]){ 5, 5, 5 }, 3);
	struct stats_mean six = stats_of((double[]){ 6, 6 }, 2);
	struct stats_change c = stats_welch(&one, &two);

	assert_true(none.n == 0 && isnan(none.mean) && isnan(none.half));
	assert_true(one.mean == 5 && isnan(one.sd) && isnan(one.half));
	/* one run and several: a difference without an interval */
	assert_true(c.change == 3 && isnan(c.half) && isnan(c.p));
	assert_false(stats_sure(&c));
	c = stats_welch(&none, &two);
	assert_true(isnan(c.change) && !stats_sure(&c));
	/* equal counts: an interval of width 0 */
	c = stats_welch(&five, &six);
	assert_true(c.change == 1 && c.half == 0 && isnan(c.p));
	assert_true(stats_sure(&c));
	c = stats_welch(&five, &five);
	assert_true(c.change == 0 && !stats_sure(&c));
}

struct pair {
	int key, n;
};

static int by_key(const void *a, const void *b)
{
	return ((const struct pair *)a)->key - ((const struct pair *)b)->key;
}

static void add_n(void *to, const void *from)
{
	((struct pair *)to)->n += ((const struct pair *)from)->n;
}

static void equal_elements_are_merged(void **state UNUSED)
{
	struct pair p[] = { { 3, 1 }, { 1, 2 }, { 3, 4 }, { 2, 8 }, { 3, 16 } };

	assert_int_equal(vec_merge(p, 5, sizeof(*p), by_key, add_n), 3);
	assert_true(p[0].key == 1 && p[0].n == 2);
	assert_true(p[1].key == 2 && p[1].n == 8);
	assert_true(p[2].key == 3 && p[2].n == 21);
	assert_int_equal(vec_merge(p, 1, sizeof(*p), by_key, add_n), 1);
	assert_int_equal(vec_merge(NULL, 0, sizeof(*p), by_key, add_n), 0);
}

UNIT_TESTS("stats",
	   TEST(student_t_matches_tables), TEST(welch_matches_published_values),
	   TEST(welch_matches_hand_calculation),
	   TEST(single_runs_have_no_interval), TEST(equal_elements_are_merged))

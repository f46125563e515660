/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Means of repeated runs, and the comparison of two means with Welch's t-test, which
 * requires neither equal variances nor equal numbers of runs. The confidence level is
 * 95 %. Pure arithmetic.
 */
#ifndef EXITSTAT_STATS_H
#define EXITSTAT_STATS_H

#include <stdbool.h>
#include <stddef.h>

struct stats_mean {
	size_t n;
	double mean;		/* NAN: n is 0 */
	double sd;		/* of the sample; NAN: n is below 2 */
	double half;		/* the interval is mean +- half; NAN like sd */
};

struct stats_change {
	double change;		/* b - a; NAN: one has no values */
	double half;		/* NAN: one has fewer than two values */
	double df;		/* degrees of freedom; NAN also without variance */
	double p;		/* two-sided; NAN like df */
};

/* The mean of @n values; NAN values are skipped. */
struct stats_mean stats_of(const double *x, size_t n);

/*
 * The change from a to b. If neither has variance, the interval has no width and there
 * is no p.
 */
struct stats_change stats_welch(const struct stats_mean *a,
				const struct stats_mean *b);

/* Whether the interval excludes 0. */
bool stats_sure(const struct stats_change *c);

/* Student's t with @df degrees: P(|T| >= |t|), and t of P(T <= t) = p > 0.5. */
double stats_t_two_sided(double t, double df);
double stats_t_quantile(double p, double df);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Means of repeated runs, and whether two of them differ: Welch's t-test,
 * which assumes neither equal spread nor equally many runs. Confidence is 95 %
 * everywhere. Pure arithmetic.
 */
#ifndef EXITSTAT_STATS_H
#define EXITSTAT_STATS_H

#include <stdbool.h>
#include <stddef.h>

struct stats_mean {
	size_t n;
	double mean;		/* NAN: n is 0 */
	double sd;		/* of the sample; NAN: n is below 2 */
	double half;		/* the interval is mean +- half; NAN as sd */
};

struct stats_change {
	double change;		/* b - a; NAN: one has no values */
	double half;		/* NAN: one has less than two values */
	double df;		/* degrees of freedom; NAN also without spread */
	double p;		/* two-sided; NAN as df */
};

/* Of @n values; those that are NAN are left out. */
struct stats_mean stats_of(const double *x, size_t n);

/*
 * From a to b. When neither has any spread, the interval has no width, and
 * there is no p.
 */
struct stats_change stats_welch(const struct stats_mean *a,
				const struct stats_mean *b);

/* Does the interval say that there is a change at all? */
bool stats_sure(const struct stats_change *c);

/* Student's t with @df degrees: P(|T| >= |t|), and t of P(T <= t) = p > 0.5. */
double stats_t_two_sided(double t, double df);
double stats_t_quantile(double p, double df);

#endif

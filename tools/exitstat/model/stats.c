// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements stats.h. Student's distribution is an incomplete beta function
 * (DLMF 8.17); its continued fraction, 8.17.22, is evaluated by the modified
 * Lentz algorithm (DLMF 3.10.iii), and its inverse is found by bisection.
 */
#include <math.h>

#include "model/stats.h"

#define CONFIDENCE	0.95
#define TINY		1e-300
#define MAX_TERMS	10000	/* a few dozen suffice unless df is huge */

/* Coefficient @n, from 1, of the continued fraction. */
static double coefficient(int n, double a, double b, double x)
{
	int m = n / 2;

	if (n % 2)
		return -(a + m) * (a + b + m) * x /
		       ((a + 2 * m) * (a + 2 * m + 1));
	return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
}

/* 1 / (1 + d1 / (1 + d2 / ...)) */
static double fraction(double a, double b, double x)
{
	double f = 1, c = 1, d = 0;

	for (int n = 1; n < MAX_TERMS; n++) {
		double k = coefficient(n, a, b, x), step;

		d = 1 + k * d;
		c = 1 + k / c;
		if (fabs(d) < TINY)
			d = TINY;
		if (fabs(c) < TINY)
			c = TINY;
		d = 1 / d;
		step = c * d;
		f *= step;
		if (fabs(step - 1) < 1e-15)
			break;
	}
	return 1 / f;
}

/* Regularized: I_x(a, b). */
static double beta(double a, double b, double x)
{
	double front;

	if (x <= 0 || x >= 1)
		return x > 0;
	/* use the side where the fraction converges quickly */
	if (x > (a + 1) / (a + b + 2))
		return 1 - beta(b, a, 1 - x);
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) +
		    b * log1p(-x)) / a;
	return front * fraction(a, b, x);
}

double stats_t_two_sided(double t, double df)
{
	return beta(df / 2, 0.5, df / (df + t * t));
}

double stats_t_quantile(double p, double df)
{
	double low = 0, high = 1;

	while (1 - stats_t_two_sided(high, df) / 2 < p && high < 1e12)
		high *= 2;
	for (int i = 0; i < 100; i++) {
		double t = (low + high) / 2;

		if (1 - stats_t_two_sided(t, df) / 2 < p)
			low = t;
		else
			high = t;
	}
	return (low + high) / 2;
}

struct stats_mean stats_of(const double *x, size_t n)
{
	struct stats_mean s = { 0, NAN, NAN, NAN };
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++) {
		if (isnan(x[i]))
			continue;
		sum += x[i];
		s.n++;
	}
	if (!s.n)
		return s;
	s.mean = sum / (double)s.n;
	if (s.n < 2)
		return s;
	for (size_t i = 0; i < n; i++)
		if (!isnan(x[i]))
			squares += (x[i] - s.mean) * (x[i] - s.mean);
	s.sd = sqrt(squares / (double)(s.n - 1));
	s.half = s.sd / sqrt((double)s.n) *
		 stats_t_quantile((1 + CONFIDENCE) / 2, (double)(s.n - 1));
	return s;
}

struct stats_change stats_welch(const struct stats_mean *a,
				const struct stats_mean *b)
{
	struct stats_change c = { b->mean - a->mean, NAN, NAN, NAN };
	double va, vb, se;

	if (a->n < 2 || b->n < 2)
		return c;
	va = a->sd * a->sd / (double)a->n;
	vb = b->sd * b->sd / (double)b->n;
	se = sqrt(va + vb);
	c.half = 0;
	if (!(se > 0))
		return c;
	c.df = (va + vb) * (va + vb) /
	       (va * va / (double)(a->n - 1) + vb * vb / (double)(b->n - 1));
	c.half = se * stats_t_quantile((1 + CONFIDENCE) / 2, c.df);
	c.p = stats_t_two_sided(c.change / se, c.df);
	return c;
}

bool stats_sure(const struct stats_change *c)
{
	return !isnan(c->half) && fabs(c->change) > c->half;
}

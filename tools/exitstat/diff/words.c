// SPDX-License-Identifier: GPL-2.0-only
/*
 * The summary of a comparison: one paragraph with the main changes, their phase and
 * their confidence. With repeated runs, a change whose interval includes 0 is not
 * reported.
 */
#include <math.h>
#include <string.h>

#include "diff/report.h"

#define LEADERS		3	/* changes to name; the same number of new and vanished rows */
#define TIMES_FROM	10	/* "x 12" instead of "+1,100 %" */

/* Round; a damaged recording may have any value. */
static uint64_t whole(double x)
{
	return x < 1e19 ? (uint64_t)(x + 0.5) : UINT64_MAX;
}

const char *diff_fmt(char out[COUNT_TEXT_LEN], enum diff_unit unit, double x)
{
	if (isnan(x))
		strcpy(out, "-");
	else if (unit == DIFF_NS)
		fmt_ns(out, whole(x));
	else if (x == floor(x) || x >= 100)
		fmt_count(out, whole(x));
	else
		snprintf(out, COUNT_TEXT_LEN, "%.1f", x);
	return out;
}

const char *diff_fmt_change(char out[COUNT_TEXT_LEN], enum diff_unit unit,
			    double x)
{
	char text[COUNT_TEXT_LEN];

	diff_fmt(text, unit, fabs(x));
	snprintf(out, COUNT_TEXT_LEN, "%s%.*s", x < 0 ? "-" : x > 0 ? "+" : "",
		 COUNT_TEXT_LEN - 2, text);
	return out;
}

static void percent_text(char out[COUNT_TEXT_LEN], double ratio)
{
	double percent = 100 * (ratio - 1);

	if (ratio >= TIMES_FROM)
		snprintf(out, COUNT_TEXT_LEN, "x %.*f", ratio < 100, ratio);
	else
		snprintf(out, COUNT_TEXT_LEN, "%+.*f %%",
			 fabs(percent) < 0.095 ? 3 :
			 fabs(percent) < 9.95 || percent < -99 ? 1 : 0,
			 percent);
}

const char *diff_fmt_ratio(char out[COUNT_TEXT_LEN], const struct diff_row *r)
{
	if (r->kind == DIFF_CHANGED)
		percent_text(out, diff_ratio(r));
	else
		snprintf(out, COUNT_TEXT_LEN, "%s", r->kind == DIFF_SAME ? "=" :
			 r->kind == DIFF_UNAVAILABLE ? "-" :
			 diff_kind_name(r->kind));
	return out;
}

/* " +- 12", or nothing without an interval. */
static void put_interval(struct buf *b, enum diff_unit unit, double half)
{
	char text[COUNT_TEXT_LEN];

	if (!isnan(half))
		buf_printf(b, " +- %s", diff_fmt(text, unit, half));
}

static void put_leader(struct buf *b, const struct diff_row *r)
{
	char change[COUNT_TEXT_LEN], ratio[COUNT_TEXT_LEN];

	buf_printf(b, "%s%s %s (%s)", b->len ? ", " : "", r->name,
		   diff_fmt_change(change, DIFF_EXITS, r->change.change),
		   diff_fmt_ratio(ratio, r));
}

/* @changed: skip rows that appeared or vanished. */
static void put_leaders(const struct diff *d, const struct diff_table *t,
			size_t max, bool changed, struct buf *b)
{
	size_t named = 0;

	for (size_t i = 0; i < t->nr && named < max; i++) {
		const struct diff_row *r = &t->rows[i];

		if (!diff_is_change(d, r) || (changed && r->kind != DIFF_CHANGED))
			continue;
		put_leader(b, r);
		named++;
	}
}

void diff_leaders(const struct diff *d, const struct diff_table *t, size_t max,
		  struct buf *out)
{
	put_leaders(d, t, max, false, out);
}

static void put_changed(const struct diff *d, const struct diff_table *t,
			struct buf *out)
{
	struct buf b = { 0 };

	put_leaders(d, t, LEADERS, true, &b);
	if (b.len)
		buf_printf(out, ": %s", b.data);
	buf_free(&b);
}

/* "; CPUID appeared (12), HLT (3) and 2 more" */
static void put_kind(const struct diff *d, const struct diff_table *t,
		     enum diff_kind kind, struct buf *out)
{
	enum diff_which side = kind == DIFF_APPEARED ? DIFF_B : DIFF_A;
	char n[COUNT_TEXT_LEN];
	size_t nr = 0;

	for (size_t i = 0; i < t->nr; i++) {
		const struct diff_row *r = &t->rows[i];

		if (r->kind != kind || !diff_is_change(d, r) || nr++ >= LEADERS)
			continue;
		buf_printf(out, "%s %s%s (%s)", nr == 1 ? ";" : ",", r->name,
			   nr > 1 ? "" : kind == DIFF_APPEARED ? " appeared" :
			   " vanished",
			   diff_fmt(n, DIFF_EXITS, r->side[side].mean));
	}
	if (nr > LEADERS)
		buf_printf(out, " and %zu more", nr - LEADERS);
}

/* "(12,345 -> 4,690, -7,655 +- 123)" */
static void put_numbers(struct buf *b, enum diff_unit unit,
			const struct diff_row *r)
{
	char x[COUNT_TEXT_LEN], y[COUNT_TEXT_LEN];

	buf_printf(b, " (%s", diff_fmt(x, unit, r->side[DIFF_A].mean));
	if (r->kind != DIFF_SAME)
		buf_printf(b, " -> %s",
			   diff_fmt(y, unit, r->side[DIFF_B].mean));
	if (r->kind != DIFF_SAME && !isnan(r->change.half)) {
		buf_printf(b, ", %s", diff_fmt_change(x, unit,
						      r->change.change));
		put_interval(b, unit, r->change.half);
	}
	buf_printf(b, ")");
}

void diff_headline(const struct diff *d, const struct diff_scope *s,
		   struct buf *b)
{
	const struct diff_row *r = &s->exits;
	double ratio = diff_ratio(r);

	if (*s->name)
		buf_printf(b, "In %s, ", s->name);
	if (r->kind == DIFF_SAME)
		buf_printf(b, "B takes as many exits as A");
	else if (!diff_is_change(d, r))
		buf_printf(b, "%so significant change in total", *s->name ? "n" : "N");
	else if (isnan(ratio))
		buf_printf(b, "B takes exits, A takes none");
	else if (ratio >= 2)
		buf_printf(b, "B takes %.1f times as many exits as A", ratio);
	else
		buf_printf(b, "B takes %.*f %% %s exits than A",
			   fabs(ratio - 1) < 0.0995 ? 1 : 0,
			   100 * fabs(ratio - 1), ratio < 1 ? "fewer" : "more");
	put_numbers(b, DIFF_EXITS, r);
}

/* The phase with the largest change, if there are several. */
static void put_where(const struct diff *d, struct buf *b)
{
	const struct diff_scope *most = NULL;
	char change[COUNT_TEXT_LEN];

	for (size_t i = 0; i < d->nr_phases; i++) {
		const struct diff_scope *s = &d->phases[i];

		if (diff_is_change(d, &s->exits) &&
		    (!most || fabs(s->exits.change.change) >
			      fabs(most->exits.change.change)))
			most = s;
	}
	if (most && d->nr_phases > 1)
		buf_printf(b, " The phase with the largest change is %s (%s).",
			   most->name,
			   diff_fmt_change(change, DIFF_EXITS,
					   most->exits.change.change));
}

/* " WHAT fell from 2 s to 1 s (-50 %)." or " WHAT did not change (2 s)." */
static void put_time(const struct diff *d, const char *what,
		     const struct diff_row *r, struct buf *b)
{
	char x[COUNT_TEXT_LEN], y[COUNT_TEXT_LEN], ratio[COUNT_TEXT_LEN];

	if (!diff_is_change(d, r))
		return;
	diff_fmt(x, DIFF_NS, r->side[DIFF_A].mean);
	diff_fmt(y, DIFF_NS, r->side[DIFF_B].mean);
	if (!strcmp(x, y)) {
		buf_printf(b, " %s did not change (%s).", what, x);
		return;
	}
	buf_printf(b, " %s %s from %s to %s (%s", what,
		   r->change.change < 0 ? "fell" : "rose", x, y,
		   diff_fmt_ratio(ratio, r));
	if (!isnan(r->change.half))
		buf_printf(b, ", %s", diff_fmt_change(x, DIFF_NS,
						      r->change.change));
	put_interval(b, DIFF_NS, r->change.half);
	buf_printf(b, ").");
}

static void put_confidence(const struct diff *d, struct buf *b)
{
	size_t a = d->side[DIFF_A].nr_runs, n = d->side[DIFF_B].nr_runs;

	if (d->repeated)
		buf_printf(b, " Means of %zu and %zu runs; only changes whose 95 %% interval excludes 0 are listed.",
			   a, n);
	else if (a + n > 2)
		buf_printf(b, " One side has only one run, so the changes have no confidence intervals.");
	else
		buf_printf(b, " One run each, so the changes have no confidence intervals.");
}

static void put_same(const struct diff *d, struct buf *b)
{
	char n[COUNT_TEXT_LEN];

	buf_printf(b, "No difference: %s exits%s in A and in B, with equal counts for each %s%s.",
		   diff_fmt(n, DIFF_EXITS, d->whole.exits.side[DIFF_A].mean),
		   d->side[DIFF_A].nr_runs > 1 || d->side[DIFF_B].nr_runs > 1 ?
		   " on average" : "",
		   d->same_isa ? "reason" : "class",
		   d->nr_phases ? " in each phase" : "");
}

void diff_summary(const struct diff *d, const struct diff_scope *s,
		  struct buf *out)
{
	const struct diff_table *t = diff_best(d, s);

	if (diff_is_same(d)) {
		put_same(d, out);
	} else if (s->exits.kind == DIFF_UNAVAILABLE) {
		buf_printf(out, "Phase %s exists in %s only; nothing to compare.",
			   s->name, diff_side_name(s->exits.side[DIFF_A].n ?
						   DIFF_A : DIFF_B));
		return;
	} else {
		diff_headline(d, s, out);
		put_changed(d, t, out);
		put_kind(d, t, DIFF_APPEARED, out);
		put_kind(d, t, DIFF_VANISHED, out);
		buf_printf(out, ".");
	}
	if (!*s->name && !diff_is_same(d))
		put_where(d, out);
	if (!*s->name)
		put_time(d, "The cost of exits", &d->cost, out);
	put_time(d, *s->name ? "The duration of the phase" : "The duration of the run",
		 &s->takes, out);
	if (!diff_is_same(d))
		put_confidence(d, out);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a table of a comparison is made: each run puts its numbers in by name,
 * and a row is the numbers of one name, side by side. What a run does not
 * mention is 0 in it, unless the run cannot tell at all.
 */
#ifndef EXITSTAT_DIFF_GRID_H
#define EXITSTAT_DIFF_GRID_H

#include "model/model.h"
#include "model/stats.h"

enum diff_which { DIFF_A, DIFF_B, DIFF_SIDES };

/* What the user compares; the models stay the caller's. */
struct diff_side {
	const struct model *runs;
	size_t nr_runs;
};

enum diff_kind {
	DIFF_UNAVAILABLE,	/* on one side at least */
	DIFF_SAME,
	DIFF_CHANGED,
	DIFF_APPEARED,		/* 0 in all runs of A */
	DIFF_VANISHED,		/* 0 in all runs of B */
};

struct diff_row {
	char name[64];
	enum diff_kind kind;
	struct stats_mean side[DIFF_SIDES];
	struct stats_change change;
};

/* By size of the change, the largest first. */
struct diff_table {
	struct diff_row *rows;
	size_t nr;
	/* why there is none, if there is none: names a file */
	struct errbuf lacks;
};

struct diff_cell {
	char name[64];
	enum diff_which side;
	size_t run;
	double x;
};

struct diff_grid {
	const struct diff_side *sides;
	struct diff_cell *cells;
	size_t nr, cap;
	double *unset[DIFF_SIDES];	/* by run: 0, or NAN: it cannot tell */
};

/* @sides must outlive the grid. */
void diff_grid_init(struct diff_grid *g,
		    const struct diff_side sides[DIFF_SIDES]);
/* Adds to what the run has by this name already. */
void diff_grid_put(struct diff_grid *g, const char *name, enum diff_which side,
		   size_t run, double x);
/* Frees the grid. */
struct diff_table diff_grid_table(struct diff_grid *g);
/* @x: one number per run of each side; NAN: unavailable. */
struct diff_row diff_make_row(const struct diff_side sides[DIFF_SIDES],
			      const char *name, double *const x[DIFF_SIDES]);
/* From the means. */
enum diff_kind diff_kind_of(const struct diff_row *r);

#endif

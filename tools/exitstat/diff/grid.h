/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a table of a comparison is made: each run puts its numbers in by name,
 * and a row is the numbers of one name, side by side. What a run does not
 * mention is 0 in it, unless the run cannot tell at all.
 */
#ifndef EXITSTAT_DIFF_GRID_H
#define EXITSTAT_DIFF_GRID_H

#include "diff/diff.h"

struct diff_cell {
	char name[64];
	enum diff_which side;
	size_t run;
	double x;
};

struct diff_grid {
	const struct diff *d;
	struct diff_cell *cells;
	size_t nr, cap;
	double *unset[DIFF_SIDES];	/* by run: 0, or NAN: it cannot tell */
};

/* @d needs its sides only; it must outlive the grid. */
void diff_grid_init(struct diff_grid *g, const struct diff *d);
/* Adds to what the run has by this name already. */
void diff_grid_put(struct diff_grid *g, const char *name, enum diff_which side,
		   size_t run, double x);
/* Frees the grid. */
struct diff_table diff_grid_table(struct diff_grid *g);
/* @x: one number per run of each side; NAN: unavailable. */
struct diff_row diff_make_row(const struct diff *d, const char *name,
			      double *const x[DIFF_SIDES]);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes the tables of a comparison: each run adds its values by name, and a row has
 * the values of one name for both sides. A name that a run does not add is 0 in
 * this run, or unavailable if the run has no such values at all.
 */
#ifndef EXITSTAT_DIFF_GRID_H
#define EXITSTAT_DIFF_GRID_H

#include "model/model.h"
#include "model/stats.h"

enum diff_which { DIFF_A, DIFF_B, DIFF_SIDES };

/* The runs of a side; the caller owns the models. */
struct diff_side {
	const struct model *runs;
	size_t nr_runs;
};

enum diff_kind {
	DIFF_UNAVAILABLE,	/* on at least one side */
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

/* Rows by size of the change, largest first. */
struct diff_table {
	struct diff_row *rows;
	size_t nr;
	/* why the table is unavailable, or "" */
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
	double *unset[DIFF_SIDES];	/* by run: 0, or NAN if unavailable */
};

/* @sides must outlive the grid. */
void diff_grid_init(struct diff_grid *g,
		    const struct diff_side sides[DIFF_SIDES]);
/* Add to the run's value of this name. */
void diff_grid_put(struct diff_grid *g, const char *name, enum diff_which side,
		   size_t run, double x);
/* Frees the grid. */
struct diff_table diff_grid_table(struct diff_grid *g);
/* @x: one number per run of each side; NAN: unavailable. */
struct diff_row diff_make_row(const struct diff_side sides[DIFF_SIDES],
			      const char *name, double *const x[DIFF_SIDES]);
/* By the means of both sides. */
enum diff_kind diff_kind_of(const struct diff_row *r);

#endif

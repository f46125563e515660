// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements grid.h: cells are sorted by name; adjacent cells with the same name
 * become a row.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/grid.h"

void diff_grid_init(struct diff_grid *g,
		    const struct diff_side sides[DIFF_SIDES])
{
	memset(g, 0, sizeof(*g));
	g->sides = sides;
	for (int s = 0; s < DIFF_SIDES; s++)
		g->unset[s] = xcalloc(sides[s].nr_runs, sizeof(double));
}

static void grid_free(struct diff_grid *g)
{
	for (int s = 0; s < DIFF_SIDES; s++)
		free(g->unset[s]);
	free(g->cells);
}

void diff_grid_put(struct diff_grid *g, const char *name, enum diff_which side,
		   size_t run, double x)
{
	struct diff_cell *c;

	if (!(x > 0))
		return;
	g->cells = vec_room(g->cells, g->nr, &g->cap, sizeof(*c));
	c = &g->cells[g->nr++];
	*c = (struct diff_cell){ .side = side, .run = run, .x = x };
	snprintf(c->name, sizeof(c->name), "%s", name);
}

static int compare_cells(const void *a, const void *b)
{
	const struct diff_cell *x = a, *y = b;
	int names = strcmp(x->name, y->name);

	if (names || x->side != y->side)
		return names ? names : x->side < y->side ? -1 : 1;
	return (x->run > y->run) - (x->run < y->run);
}

static void add_cell(void *to, const void *from)
{
	((struct diff_cell *)to)->x += ((const struct diff_cell *)from)->x;
}

enum diff_kind diff_kind_of(const struct diff_row *r)
{
	double a = r->side[DIFF_A].mean, b = r->side[DIFF_B].mean;

	if (isnan(a) || isnan(b))
		return DIFF_UNAVAILABLE;
	if (a == b)
		return DIFF_SAME;
	if (!a)
		return DIFF_APPEARED;
	return b ? DIFF_CHANGED : DIFF_VANISHED;
}

struct diff_row diff_make_row(const struct diff_side sides[DIFF_SIDES],
			      const char *name, double *const x[DIFF_SIDES])
{
	struct diff_row r = { 0 };

	snprintf(r.name, sizeof(r.name), "%s", name);
	for (int s = 0; s < DIFF_SIDES; s++)
		r.side[s] = stats_of(x[s], sides[s].nr_runs);
	r.change = stats_welch(&r.side[DIFF_A], &r.side[DIFF_B]);
	r.kind = diff_kind_of(&r);
	return r;
}

/* Make the row of the cells with the name of @first; return the next cell. */
static size_t grid_row(const struct diff_grid *g, size_t first,
		       struct diff_row *out)
{
	const char *name = g->cells[first].name;
	double *x[DIFF_SIDES];
	size_t i;

	for (int s = 0; s < DIFF_SIDES; s++) {
		size_t n = g->sides[s].nr_runs;

		x[s] = xcalloc(n, sizeof(double));
		memcpy(x[s], g->unset[s], n * sizeof(double));
	}
	for (i = first; i < g->nr && !strcmp(g->cells[i].name, name); i++)
		x[g->cells[i].side][g->cells[i].run] = g->cells[i].x;
	*out = diff_make_row(g->sides, name, x);
	for (int s = 0; s < DIFF_SIDES; s++)
		free(x[s]);
	return i;
}

/* Unavailable rows are last. */
static double size_of_change(const struct diff_row *r)
{
	return isnan(r->change.change) ? -1 : fabs(r->change.change);
}

static int by_change(const void *a, const void *b)
{
	const struct diff_row *x = a, *y = b;
	double sx = size_of_change(x), sy = size_of_change(y);

	if (sx != sy)
		return sx > sy ? -1 : 1;
	return strcmp(x->name, y->name);
}

struct diff_table diff_grid_table(struct diff_grid *g)
{
	struct diff_table t = { 0 };

	g->nr = vec_merge(g->cells, g->nr, sizeof(*g->cells), compare_cells,
			  add_cell);
	t.rows = xcalloc(g->nr, sizeof(*t.rows));
	for (size_t i = 0; i < g->nr;)
		i = grid_row(g, i, &t.rows[t.nr++]);
	if (t.nr)
		qsort(t.rows, t.nr, sizeof(*t.rows), by_change);
	grid_free(g);
	return t;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording over time for a page: exits by reason, and the vCPUs' states.
 *
 * A column is a point of the model, or several adjacent points if the page would
 * be too large otherwise. Counts are added up, so totals stay exact. To show
 * bursts, the highest rate of a single point is kept for each column.
 */
#include <math.h>

#include "html/html.h"
#include "lib/json-text.h"

#define MAX_COLS	20000

struct cols {
	const struct model *m;
	size_t nr;
};

/* The points of column @col are from first_of(col) up to before the next's. */
static size_t first_of(const struct cols *c, size_t col)
{
	return bins_first(&c->m->bins, c->nr, col);
}

static const struct model_point *last_of(const struct cols *c, size_t col)
{
	return &c->m->bins.points[first_of(c, col + 1) - 1];
}

/* Estimate: digits of the mean count and a comma, and room for variation. */
static double size_of(const struct model *m, double cols)
{
	double size = cols * 20;

	for (size_t i = 0; i < m->nr_seen; i++)
		size += cols * (2 + log10(1 + (double)model_exits(model_ranked(m, i)->sum) /
					  cols));
	if (m->groups.has_time)
		size += cols * 4 * KES_NR_STATES;
	return size;
}

static size_t choose_cols(const struct model *m, size_t room)
{
	size_t cols = m->bins.nr < MAX_COLS ? m->bins.nr : MAX_COLS;

	while (cols > 100 && size_of(m, (double)cols) > (double)room)
		cols = cols * 9 / 10;
	return cols;
}

/* The end of each column, in us since the start of the first. */
static json_t *ends(const struct cols *c)
{
	json_t *a = json_array();

	for (size_t i = 0; i < c->nr; i++) {
		uint64_t ns = last_of(c, i)->end_ns -
			      c->m->bins.points[0].begin_ns;

		json_array_append_new(a, json_integer((json_int_t)
						      (ns / NSEC_PER_USEC)));
	}
	return a;
}

/* The highest rate of a point in each column, exits/s. */
static json_t *highest(const struct cols *c)
{
	json_t *a = json_array();

	for (size_t i = 0; i < c->nr; i++) {
		double most = 0;

		for (size_t p = first_of(c, i); p < first_of(c, i + 1); p++)
			most = fmax(most,
				    model_point_rate(&c->m->bins.points[p]));
		json_array_append_new(a, json_integer(llround(most)));
	}
	return a;
}

static json_t *reason(const struct cols *c, size_t reason)
{
	const struct model_reason *r = &c->m->reasons[reason];
	json_t *a = json_array();

	for (size_t i = 0; i < c->nr; i++) {
		uint64_t n = 0;

		for (size_t p = first_of(c, i); p < first_of(c, i + 1); p++)
			n += c->m->bins.points[p].by_reason[reason];
		json_array_append_new(a, json_integer((json_int_t)n));
	}
	return json_pack("{s:o, s:i, s:I, s:o}",
			 "name", json_text(r->name),
			 "colour", (int)r->colour,
			 "exits", (json_int_t)model_exits(r->sum),
			 "counts", a);
}

/* Average number of vCPUs in @state, in thousandths. */
static json_t *vcpus_in(const struct cols *c, int state)
{
	json_t *a = json_array();

	for (size_t i = 0; i < c->nr; i++) {
		size_t first = first_of(c, i);
		double ns = 0, span;

		for (size_t p = first; p < first_of(c, i + 1); p++)
			ns += c->m->bins.points[p].ns[state];
		span = (double)(last_of(c, i)->end_ns -
				c->m->bins.points[first].begin_ns);
		json_array_append_new(a, json_integer(span > 0 ?
				      llround(1000 * ns / span) : 0));
	}
	return a;
}

static json_t *states(const struct cols *c)
{
	json_t *a = json_array();

	for (int s = 0; s < KES_NR_STATES; s++)
		json_array_append_new(a, json_pack("{s:s, s:i, s:o}",
			"name", state_table[s].name,
			"colour", (int)state_table[s].colour,
			"milli", vcpus_in(c, s)));
	return a;
}

json_t *html_series(const struct model *m, size_t room)
{
	struct cols c = { m, choose_cols(m, room) };
	json_t *reasons = json_array();

	for (size_t i = 0; i < m->nr_seen; i++)
		json_array_append_new(reasons, reason(&c, m->order[i]));
	return json_pack("{s:I, s:I, s:f, s:o, s:o, s:o, s:o}",
			 "points", (json_int_t)m->bins.nr,
			 "columns", (json_int_t)c.nr,
			 "begin_s", m->bins.nr ?
			 (double)m->bins.points[0].begin_ns / 1e9 : 0.0,
			 "end_us", ends(&c), "highest", highest(&c),
			 "reasons", reasons,
			 "states", m->groups.has_time ? states(&c) :
							json_null());
}

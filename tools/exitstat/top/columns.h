/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The columns of exitstat top: one table that makes the header, the cells, the
 * order of rows, the JSON, the help and the man page. Pure.
 */
#ifndef EXITSTAT_TOP_COLUMNS_H
#define EXITSTAT_TOP_COLUMNS_H

#include <jansson.h>

#include "top/rows.h"

enum top_column_kind {
	TOP_TEXT, TOP_COUNT, TOP_RATE, TOP_PERCENT, TOP_NS, TOP_TREND
};

struct top_column {
	const char *name;	/* for options and JSON */
	const char *title;
	enum top_column_kind kind;
	unsigned int levels;	/* bits by enum top_level */
	int width;		/* the least, of names and trends */
	int rank;		/* 0: always there; the highest goes first */
	const char *help;
	/* NAN: not known. The number of a text is its order. */
	double (*number)(const struct top_row *r, const struct top_table *t,
			 unsigned int values);
	unsigned int values;	/* that it is of: bits by enum top_value */
	void (*text)(const struct top_row *r, char *out, size_t size);
};

extern const struct top_column top_columns[];
extern const size_t top_nr_columns;

static inline bool top_column_is_at(size_t column, enum top_level level)
{
	return top_columns[column].levels & 1u << level;
}

/* Of a column that has one. */
static inline double top_number(const struct top_column *c,
				const struct top_row *r,
				const struct top_table *t)
{
	return c->number(r, t, c->values);
}

/* SIZE_MAX: there is no such column at this level. */
size_t top_column_by_name(const char *name, enum top_level level);
/* The next column at this level that rows can be sorted by; -1: the last. */
size_t top_column_next(size_t column, enum top_level level, int direction);
/* What rows are sorted by at first. */
size_t top_column_default(enum top_level level);

/* Names from A on, numbers from the highest on, unknown ones last. */
void top_sort(struct top_table *t, size_t column, bool reverse);

/* The columns that fit, with their widths; 0: left out. */
struct top_layout {
	int width[24];
};

struct top_layout top_layout(enum top_level level, int width);

/* Cells of @width columns each, with a blank between them. */
void top_header(const struct top_layout *l, size_t sorted, bool reverse,
		struct buf *out);
void top_cells(const struct top_row *r, const struct top_table *t,
	       const struct top_layout *l, bool ascii, struct buf *out);
/* One object with all columns of the level; null is what is not known. */
json_t *top_json(const struct top_row *r, const struct top_table *t,
		 enum top_level level);

#endif

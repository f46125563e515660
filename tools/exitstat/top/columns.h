/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The columns of exitstat top: one table from which the header, the cells, the
 * order of rows, the JSON, the help and the man page are made. Pure.
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
	int width;		/* minimum, for names and trends */
	int rank;		/* 0: always shown; the highest is dropped first */
	const char *help;
	/* NAN: unknown. For a text, the number by which it is sorted. */
	double (*number)(const struct top_row *r, const struct top_table *t,
			 unsigned int values);
	unsigned int values;	/* argument of number(): bits by enum top_value */
	void (*text)(const struct top_row *r, char *out, size_t size);
};

extern const struct top_column top_columns[];
extern const size_t top_nr_columns;

static inline bool top_column_is_at(size_t column, enum top_level level)
{
	return top_columns[column].levels & 1u << level;
}

/* For a column with number(). */
static inline double top_number(const struct top_column *c,
				const struct top_row *r,
				const struct top_table *t)
{
	return c->number(r, t, c->values);
}

/* SIZE_MAX: no such column at this level. */
size_t top_column_by_name(const char *name, enum top_level level);
/* The next column to sort by at this level; direction -1: the previous one. */
size_t top_column_next(size_t column, enum top_level level, int direction);
/* The initial column to sort by. */
size_t top_column_default(enum top_level level);

/* Names ascending, numbers descending, unknown values last. */
void top_sort(struct top_table *t, size_t column, bool reverse);

/* The columns that fit, with their widths; 0: left out. */
struct top_layout {
	int width[32];
};

struct top_layout top_layout(enum top_level level, int width);

/* Cells of the layout's widths, separated by a blank. */
void top_header(const struct top_layout *l, size_t sorted, bool reverse,
		struct buf *out);
void top_cells(const struct top_row *r, const struct top_table *t,
	       const struct top_layout *l, bool ascii, struct buf *out);
/* An object with all columns of the level; an unknown value is null. */
json_t *top_json(const struct top_row *r, const struct top_table *t,
		 enum top_level level);

#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements the rest of columns.h: selects the columns that fit, and formats
 * cells as text and JSON. An unknown value is "-" or null.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/json-text.h"
#include "top/columns.h"

#define NAME_MAX_WIDTH	30

/* Are its cells words? */
static bool is_text(const struct top_column *c)
{
	return c->text && !c->number;
}

/* Take columns by rank; skip one that does not fit, and try the next. */
static int take_columns(struct top_layout *l, enum top_level level, int room)
{
	for (int rank = 0; rank < 32; rank++) {
		for (size_t i = 0; i < top_nr_columns; i++) {
			const struct top_column *c = &top_columns[i];
			int need = c->width + (i > 0);

			if (c->rank != rank || !top_column_is_at(i, level) ||
			    (rank && need > room))
				continue;
			l->width[i] = c->width;
			room -= need;
		}
	}
	return room;
}

static void widen(struct top_layout *l, size_t column, int limit, int *room)
{
	int more = limit - l->width[column];

	if (!l->width[column] || *room <= 0)
		return;
	if (more > *room)
		more = *room;
	l->width[column] += more;
	*room -= more;
}

struct top_layout top_layout(enum top_level level, int width)
{
	struct top_layout l = { { 0 } };
	int room = take_columns(&l, level, width);

	for (size_t i = 0; i < top_nr_columns; i++)
		if (!strcmp(top_columns[i].name, "name") ||
		    !strcmp(top_columns[i].name, "known_as"))
			widen(&l, i, NAME_MAX_WIDTH, &room);
	for (size_t i = 0; i < top_nr_columns; i++)
		if (top_columns[i].kind == TOP_TREND)
			widen(&l, i, TOP_HISTORY, &room);
	return l;
}

/* ---- cells ---- */

static void count_text(double n, int width, char *out, size_t size)
{
	static const char units[] = "kMGTPE";
	char text[COUNT_TEXT_LEN];
	int unit = -1;

	if (strlen(fmt_count(text, (uint64_t)n)) <= (size_t)width) {
		snprintf(out, size, "%s", text);
		return;
	}
	for (; n >= 1000 && unit + 1 < (int)sizeof(units) - 1; unit++)
		n /= 1000;
	snprintf(out, size, n < 99.95 ? "%.1f%c" : "%.0f%c", n, units[unit]);
}

static void rate_text(double per_s, int width, char *out, size_t size)
{
	char text[COUNT_TEXT_LEN];

	if (per_s >= 10)
		count_text(per_s + 0.5, width, out, size);
	else
		snprintf(out, size, "%s", fmt_rate(text, per_s));
}

/* The total of a value that entered the kernel's table late is a minimum. */
static const char *minimum_sign(const struct top_column *c,
				const struct top_row *r, bool ascii)
{
	if (!r->at_least || strcmp(c->name, "total"))
		return "";
	return ascii ? ">=" : "\u2265";
}

static void number_text(const struct top_column *c, double n, int width,
			char *out, size_t size)
{
	char text[COUNT_TEXT_LEN];

	if (isnan(n))
		snprintf(out, size, "-");
	else if (c->kind == TOP_COUNT)
		count_text(n, width, out, size);
	else if (c->kind == TOP_RATE)
		rate_text(n, width, out, size);
	else if (c->kind == TOP_PERCENT)
		snprintf(out, size, "%.1f", n);
	else
		snprintf(out, size, "%s", fmt_ns(text, (uint64_t)(n + 0.5)));
}

/* Full height is the row's highest rate; 0 is a line, unknown a blank. */
static void trend(const struct top_row *r, const struct top_table *t,
		  int width, bool ascii, struct buf *out)
{
	static const char *const blocks[] = {
		"_", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586",
		"\u2587", "\u2588",
	};
	static const char *const letters[] = {
		"_", ".", ",", "-", "=", "+", "*", "%", "#",
	};
	float max = 0;

	for (int i = 0; i < width; i++) {
		float rate = r->rate[(t->at + TOP_HISTORY - (size_t)i) %
				     TOP_HISTORY];

		max = rate > max ? rate : max;
	}
	for (int i = width - 1; i >= 0; i--) {
		float rate = r->rate[(t->at + TOP_HISTORY - (size_t)i) %
				     TOP_HISTORY];
		int level = rate > 0 ? (int)ceilf(8 * rate / max) : 0;

		buf_printf(out, "%s", rate < 0 ? " " : ascii ? letters[level] :
						      blocks[level]);
	}
}

static void cell(const struct top_column *c, const struct top_row *r,
		 const struct top_table *t, int width, bool ascii,
		 struct buf *out)
{
	char text[64];

	if (c->kind == TOP_TREND) {
		trend(r, t, width, ascii, out);
		return;
	}
	if (c->text) {
		c->text(r, text, sizeof(text));
		if (!*text && !r->key.all)
			snprintf(text, sizeof(text), "-");
	} else {
		const char *sign = minimum_sign(c, r, ascii);
		int columns = !*sign ? 0 : ascii ? 2 : 1;

		width -= columns;
		number_text(c, top_number(c, r, t), width, text, sizeof(text));
		width -= (int)strlen(text);
		buf_printf(out, "%*s%s%s", width > 0 ? width : 0, "", sign, text);
		return;
	}
	buf_printf(out, is_text(c) ? "%-*.*s" : "%*.*s", width,
		   width, text);
}

static size_t first_column(const struct top_layout *l)
{
	size_t i = 0;

	while (i < top_nr_columns && !l->width[i])
		i++;
	return i;
}

void top_cells(const struct top_row *r, const struct top_table *t,
	       const struct top_layout *l, bool ascii, struct buf *out)
{
	for (size_t i = 0; i < top_nr_columns; i++) {
		if (!l->width[i])
			continue;
		if (i != first_column(l))
			buf_printf(out, " ");
		cell(&top_columns[i], r, t, l->width[i], ascii, out);
	}
}

/* An ASCII arrow marks the column by which rows are sorted. */
void top_header(const struct top_layout *l, size_t sorted, bool reverse,
		struct buf *out)
{
	for (size_t i = 0; i < top_nr_columns; i++) {
		const struct top_column *c = &top_columns[i];
		bool left = is_text(c) || c->kind == TOP_TREND;
		char title[24];

		if (!l->width[i])
			continue;
		snprintf(title, sizeof(title), "%s%s", c->title, i != sorted ?
			 "" : reverse ? "^" : "v");
		/* no room for the arrow: drop the last letter of the title */
		if (i == sorted && (int)strlen(title) > l->width[i])
			memmove(title + l->width[i] - 1,
				title + strlen(title) - 1, 2);
		buf_printf(out, left ? "%s%-*s" : "%s%*s",
			   i == first_column(l) ? "" : " ", l->width[i], title);
	}
}

/* ---- JSON ---- */

static json_t *json_of(const struct top_column *c, const struct top_row *r,
		       const struct top_table *t)
{
	char text[64];
	double n;

	if (is_text(c)) {
		c->text(r, text, sizeof(text));
		return json_text_or_null(text);
	}
	n = top_number(c, r, t);
	if (isnan(n))
		return json_null();
	if (c->kind == TOP_COUNT || c->kind == TOP_TEXT || c->kind == TOP_NS)
		return json_integer((json_int_t)(n + 0.5));
	return json_real(n);
}

json_t *top_json(const struct top_row *r, const struct top_table *t,
		 enum top_level level)
{
	json_t *o = json_object();

	for (size_t i = 0; i < top_nr_columns; i++) {
		const struct top_column *c = &top_columns[i];

		if (!top_column_is_at(i, level) || c->kind == TOP_TREND)
			continue;
		json_object_set_new(o, c->name, json_of(c, r, t));
	}
	if (level == TOP_DETAIL)
		json_object_set_new(o, "at_least", json_boolean(r->at_least));
	return o;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements suggest.h by the optimal string alignment distance, of which three
 * rows are kept.
 */
#include <string.h>
#include <strings.h>

#include "lib/suggest.h"
#include "util.h"

#define CUT	40

static size_t min2(size_t a, size_t b)
{
	return a < b ? a : b;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_same(char a, char b)
{
	return upper(a) == upper(b);
}

/* The row of the first @i characters of @a, from the two rows before it. */
static void next_row(const char *a, size_t i, const char *b, size_t lb,
		     size_t rows[3][CUT + 1])
{
	size_t *row = rows[i % 3];
	const size_t *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];

	row[0] = i;
	for (size_t j = 1; j <= lb; j++) {
		row[j] = min2(above[j] + 1, row[j - 1] + 1);
		row[j] = min2(row[j], above[j - 1] +
			      !is_same(a[i - 1], b[j - 1]));
		if (i > 1 && j > 1 && is_same(a[i - 1], b[j - 2]) &&
		    is_same(a[i - 2], b[j - 1]))
			row[j] = min2(row[j], above2[j - 2] + 1);
	}
}

size_t suggest_distance(const char *a, const char *b)
{
	size_t la = strnlen(a, CUT), lb = strnlen(b, CUT);
	size_t rows[3][CUT + 1] = { 0 };

	for (size_t j = 0; j <= lb; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= la; i++)
		next_row(a, i, b, lb, rows);
	return rows[la % 3][lb];
}

/* Smaller is closer. A longer name may differ in more characters. */
static size_t score(const char *typed, const char *name)
{
	size_t len = strlen(typed), edits = suggest_distance(typed, name);

	if (len >= 2 && !strncasecmp(typed, name, len))
		return edits ? 1 : 0;
	if (edits <= 1 + len / 4)
		return edits;
	return len >= 3 && strcasestr(name, typed) ? CUT : SIZE_MAX;
}

static bool is_listed(const char **out, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(out[i], name))
			return true;
	return false;
}

size_t suggest(const char *typed, const char *const *names, size_t nr,
	       const char **out, size_t max)
{
	size_t best = SIZE_MAX, n = 0;

	for (size_t i = 0; i < nr; i++)
		if (names[i])
			best = min2(best, score(typed, names[i]));
	for (size_t i = 0; i < nr && n < max && best != SIZE_MAX; i++)
		if (names[i] && score(typed, names[i]) == best &&
		    !is_listed(out, n, names[i]))
			out[n++] = names[i];
	return n;
}

const char *suggest_one(const char *typed, const char *const *names, size_t nr)
{
	const char *first;

	return suggest(typed, names, nr, &first, 1) ? first : NULL;
}

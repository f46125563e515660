// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements nearest.h by Levenshtein's distance, of which one row is kept.
 */
#include <string.h>

#include "lib/nearest.h"

#define CUT	40

static size_t min3(size_t a, size_t b, size_t c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

size_t name_distance(const char *a, const char *b)
{
	size_t la = strnlen(a, CUT), lb = strnlen(b, CUT);
	size_t row[CUT + 1];

	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t above = row[j];

			row[j] = min3(above + 1, row[j - 1] + 1, diagonal +
				      (upper(a[i - 1]) != upper(b[j - 1])));
			diagonal = above;
		}
	}
	return row[lb];
}

const char *name_nearest(const char *typed, const char *const *names,
			 size_t nr)
{
	size_t least = strlen(typed) / 2 + 2;
	const char *best = NULL;

	for (size_t i = 0; i < nr; i++) {
		size_t d = names[i] ? name_distance(typed, names[i]) : least;

		if (d < least) {
			least = d;
			best = names[i];
		}
	}
	return best;
}

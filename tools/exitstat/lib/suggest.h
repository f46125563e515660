/* SPDX-License-Identifier: GPL-2.0-only */
/* Find the known names that are closest to a mistyped one: "did you mean ...?" */
#ifndef EXITSTAT_SUGGEST_H
#define EXITSTAT_SUGGEST_H

#include <stddef.h>

/*
 * Number of edits from @a to @b, ignoring case: a character inserted, deleted or
 * replaced, or two neighbours swapped. Names are cut at 40 characters.
 */
size_t suggest_distance(const char *a, const char *b);

/*
 * Store up to @max of @names that are equally close to @typed, and no other is
 * closer: they begin with it, are few edits away or contain it. Entries that are
 * NULL, and repeated names, are skipped. Return their number; 0: none is close.
 */
size_t suggest(const char *typed, const char *const *names, size_t nr,
	       const char **out, size_t max);
/* The first of them, or NULL. */
const char *suggest_one(const char *typed, const char *const *names, size_t nr);

#endif

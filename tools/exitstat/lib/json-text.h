/* SPDX-License-Identifier: GPL-2.0-only */
/* Text as JSON, whatever bytes it has, as command lines need not be UTF-8; numbers. */
#ifndef EXITSTAT_JSON_TEXT_H
#define EXITSTAT_JSON_TEXT_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

/* Never NULL; bytes that are not UTF-8 become '?'. */
static inline json_t *json_text(const char *text)
{
	json_t *j = json_string(text);
	size_t size = strlen(text) + 1;
	char *copy;

	if (j)
		return j;
	copy = xcalloc(1, size);
	copy_printable(copy, size, text);
	j = json_string(copy);
	free(copy);
	return j;
}

static inline json_t *json_text_or_null(const char *text)
{
	return text && *text ? json_text(text) : json_null();
}

static inline json_t *json_number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static inline json_t *json_seconds(uint64_t ns)
{
	return json_real((double)ns / 1e9);
}

/* null of nothing */
static inline json_t *json_percent(uint64_t part, uint64_t whole)
{
	return whole ? json_real(100.0 * (double)part / (double)whole) :
		       json_null();
}

/* The whole of what a program gets; takes @j. */
static inline void json_print(json_t *j, FILE *out)
{
	json_dumpf(j, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
	fputc('\n', out);
	json_decref(j);
}

/* -1 stands for "the source does not fill it". */
static inline json_t *json_count(int64_t n)
{
	return n < 0 ? json_null() : json_integer(n);
}

#endif

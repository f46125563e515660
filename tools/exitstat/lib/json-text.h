/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text and numbers as JSON. Text may contain any bytes: command lines need not be
 * UTF-8.
 */
#ifndef EXITSTAT_JSON_TEXT_H
#define EXITSTAT_JSON_TEXT_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

/* Never NULL. If @text is not UTF-8, other bytes than ASCII become '?'. */
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

/* null if @whole is 0 */
static inline json_t *json_percent(uint64_t part, uint64_t whole)
{
	return whole ? json_real(100.0 * (double)part / (double)whole) :
		       json_null();
}

/* Print @j and release it. */
static inline void json_print(json_t *j, FILE *out)
{
	json_dumpf(j, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
	fputc('\n', out);
	json_decref(j);
}

/* null for -1: the source does not provide it. */
static inline json_t *json_count(int64_t n)
{
	return n < 0 ? json_null() : json_integer(n);
}

#endif

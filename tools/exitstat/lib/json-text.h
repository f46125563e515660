/* SPDX-License-Identifier: GPL-2.0-only */
/* Text as JSON, whatever bytes it has: command lines need not be UTF-8. */
#ifndef EXITSTAT_JSON_TEXT_H
#define EXITSTAT_JSON_TEXT_H

#include <jansson.h>
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

/* -1 stands for "the source does not fill it". */
static inline json_t *json_count(int64_t n)
{
	return n < 0 ? json_null() : json_integer(n);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text for people, on a terminal that may know no more than ASCII: names in a
 * recording may be any text. What this program itself prints is ASCII, but for
 * blocks that are asked for by plain_has_utf8().
 */
#ifndef EXITSTAT_PLAIN_H
#define EXITSTAT_PLAIN_H

#include <stdbool.h>
#include <stdio.h>

/* By the locale that the environment asks for. */
bool plain_has_utf8(void);

struct plain {
	char *data;
	size_t len;
	FILE *f;
};

/* A stream that plain_end() passes on to standard output. */
FILE *plain_begin(struct plain *p);
/* Without UTF-8, a byte that is not ASCII becomes a '?': columns stay. */
void plain_end(struct plain *p);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text output for terminals that may support only ASCII. Names in a recording may
 * contain any text; exitstat's own output is ASCII, except for block characters,
 * which require plain_has_utf8().
 */
#ifndef EXITSTAT_PLAIN_H
#define EXITSTAT_PLAIN_H

#include <stdbool.h>
#include <stdio.h>

/* According to the locale in the environment. */
bool plain_has_utf8(void);

struct plain {
	char *data;
	size_t len;
	FILE *f;
};

/* Return a stream whose text plain_end() prints on standard output. */
FILE *plain_begin(struct plain *p);
/* Without UTF-8, replace each byte that is not ASCII with '?'. */
void plain_end(struct plain *p);

#endif

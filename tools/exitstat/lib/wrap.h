/* SPDX-License-Identifier: GPL-2.0-only */
/* Text for people, in lines of at most WRAP_WIDTH columns. */
#ifndef EXITSTAT_WRAP_H
#define EXITSTAT_WRAP_H

#include <stdio.h>

#define WRAP_WIDTH	80

/* @text from column @indent on, broken at blanks; a long word is cut. */
void wrap_text(FILE *out, int indent, const char *text);

#endif

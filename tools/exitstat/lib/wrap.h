/* SPDX-License-Identifier: GPL-2.0-only */
/* Text for people, in lines of at most WRAP_WIDTH columns. */
#ifndef EXITSTAT_WRAP_H
#define EXITSTAT_WRAP_H

#include <stdio.h>

#include "util.h"

#define WRAP_WIDTH	80
#define WRAP_LABEL	10	/* where what has a label begins */

/* @text from column @indent on, broken at blanks; a long word is cut. */
void wrap_text(FILE *out, int indent, const char *text);
/* "  LABEL   text" */
void wrap_labelled(FILE *out, const char *label, const char *text);
/* Indented, after an empty line and @title if not NULL; frees @text. */
void wrap_paragraph(FILE *out, const char *title, struct buf *text);

#endif

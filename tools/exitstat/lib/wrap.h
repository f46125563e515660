/* SPDX-License-Identifier: GPL-2.0-only */
/* Text in lines of at most WRAP_WIDTH columns. */
#ifndef EXITSTAT_WRAP_H
#define EXITSTAT_WRAP_H

#include <stdio.h>

#include "util.h"

#define WRAP_WIDTH	80
#define WRAP_LABEL	10	/* the column of text after a label */

/* Print @text from column @indent, broken at blanks; a long word is split. */
void wrap_text(FILE *out, int indent, const char *text);
/* Print "  LABEL   text". */
void wrap_labelled(FILE *out, const char *label, const char *text);
/* Print an empty line, @title if not NULL, and @text, indented; free @text. */
void wrap_paragraph(FILE *out, const char *title, struct buf *text);

#endif

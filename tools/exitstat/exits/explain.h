/* SPDX-License-Identifier: GPL-2.0-only */
/* The code of an exit reason as text, and the manual page of all reasons. */
#ifndef EXITSTAT_EXPLAIN_H
#define EXITSTAT_EXPLAIN_H

#include <stdio.h>

#include "exits/reasons.h"

/* "30", "0x7b", "-1"; "-" for unknown codes */
void explain_code(const struct reason *r, char *out, size_t size);
/* Write exitstat-reasons(7), in mdoc. */
void explain_man(FILE *out);

#endif

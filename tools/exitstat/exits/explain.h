/* SPDX-License-Identifier: GPL-2.0-only */
/* An exit reason for people: its code as text, and the page of all reasons. */
#ifndef EXITSTAT_EXPLAIN_H
#define EXITSTAT_EXPLAIN_H

#include <stdio.h>

#include "exits/reasons.h"

/* "30", "0x7b", "-1"; "-" for unknown codes */
void explain_code(const struct reason *r, char *out, size_t size);
/* exitstat-reasons(7), in mdoc */
void explain_man(FILE *out);

#endif

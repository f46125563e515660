/* SPDX-License-Identifier: GPL-2.0-only */
/* Names for the detail of exits: ports, MSRs, vectors, pages, ... */
#ifndef EXITSTAT_DETAIL_NAMES_H
#define EXITSTAT_DETAIL_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* Format a value: "0x3f8 write", "CR0 write", "page 0xfee00000". */
void detail_value_text(const char *reason, uint64_t value, char *out,
		       size_t size);
/* Return the well-known name of a value, such as "COM1", or "". */
const char *detail_name(const char *reason, uint64_t value);

#endif

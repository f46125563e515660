/* SPDX-License-Identifier: GPL-2.0-only */
/* What a detail of an exit is called: ports, MSRs, vectors, pages, ... */
#ifndef EXITSTAT_DETAIL_NAMES_H
#define EXITSTAT_DETAIL_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* A value as people write it: "0x3f8 write", "CR0 write", "#PF". */
void detail_value_text(const char *reason, uint64_t value, char *out,
		       size_t size);
/* Its well-known name: "COM1"; "" when it has none. */
const char *detail_name(const char *reason, uint64_t value);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* The codes known to the difference engine of delta.h. */
#ifndef EXITSTAT_DELTA_REASONS_H
#define EXITSTAT_DELTA_REASONS_H

#include "snapshot/delta-types.h"

/* The index of a code in delta.reasons. */
uint32_t delta_reason(struct delta *d, uint64_t code);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Adds snapshots to the series of counters.h. */
#ifndef EXITSTAT_COUNTERS_SNAP_H
#define EXITSTAT_COUNTERS_SNAP_H

#include "metrics/counters.h"

/* Adds the changes since the last snapshot; @s must stay valid until the next one. */
void counters_update(struct counters *all, const struct snapshot *s);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* From snapshots to the accounts of meter.h. */
#ifndef EXITSTAT_METER_SNAP_H
#define EXITSTAT_METER_SNAP_H

#include "metrics/meter.h"

/* Adds what has changed since the last snapshot; @s stays until the next one. */
void meter_update(struct meter *m, const struct snapshot *s);

#endif

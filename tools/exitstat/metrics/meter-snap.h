/* SPDX-License-Identifier: GPL-2.0-only */
/* Adds snapshots to the accounts of meter.h. */
#ifndef EXITSTAT_METER_SNAP_H
#define EXITSTAT_METER_SNAP_H

#include "metrics/meter.h"

/* Adds the changes since the last snapshot; @s must stay valid until the next one. */
void meter_update(struct meter *m, const struct snapshot *s);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* From snapshots to what has to be added to the accounts of meter.h. */
#ifndef EXITSTAT_METER_SNAP_H
#define EXITSTAT_METER_SNAP_H

#include "metrics/meter.h"

void meter_snap_add(struct meter *m, const struct snapshot *s);
/* The account is going away; its VM has ended. */
void meter_snap_forget(struct meter *m, const struct meter_account *a);
void meter_snap_free(struct meter *m);

#endif

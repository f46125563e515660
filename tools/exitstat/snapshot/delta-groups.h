/* SPDX-License-Identifier: GPL-2.0-only */
/* Part of delta.h: differences of the groups other than count. */
#ifndef EXITSTAT_DELTA_GROUPS_H
#define EXITSTAT_DELTA_GROUPS_H

#include "snapshot/delta-types.h"

/* Fills in the part of d->change for the groups other than count. */
void delta_groups(struct delta *d, const struct delta_vm *vm,
		  struct delta_vcpu *v, const struct snap_vcpu *now);
/* The same for a vCPU of which only the current state went on. */
void delta_groups_idle(struct delta *d, struct delta_vcpu *v);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: adding up counters, resetting them.
 */
#ifndef KES_SUMS_H
#define KES_SUMS_H

#include "engine.h"
#include "final.h"

/* Called between kes_walk_begin() and kes_walk_end(): counts since the reset */
void kes_visit_vcpus(struct kes_vm *vm, kes_counts_fn fn, void *arg);
void kes_add_vm(struct kes_counts *sum, struct kes_vm *vm);
void kes_add_all(struct kes_counts *sum);

/* The exits of all VMs for one slot since the last reset. May sleep. */
u64 kes_sum_slot(unsigned int slot);
int kes_reset(void);

#endif /* KES_SUMS_H */

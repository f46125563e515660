/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: reading counters, adding them up, resetting them.
 */
#ifndef KES_SUMS_H
#define KES_SUMS_H

#include "engine.h"
#include "final.h"

void kes_copy_vcpu(struct kes_counts *to, const struct kes_hot *hot);

/* Called between kes_walk_begin() and kes_walk_end(): counts since the reset */
void kes_visit_vcpus(struct kes_vm *vm, kes_counts_fn fn, void *arg);
void kes_add_vm(struct kes_counts *sum, struct kes_vm *vm);
void kes_add_all(struct kes_counts *sum);

/* The exits of all VMs for one slot since the last reset. May sleep. */
u64 kes_sum_slot(unsigned int slot);
int kes_reset(void);

/* These work on a copy or a sum and need no lock. */
void kes_add_counts(struct kes_counts *sum, const struct kes_counts *counts);
u64 kes_slot_total(const struct kes_counts *counts, unsigned int slot);
u64 kes_total(const struct kes_counts *counts);
s64 kes_unaccounted(const struct kes_counts *counts);

#endif /* KES_SUMS_H */

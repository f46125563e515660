/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: reading counters while they are incremented.
 */
#ifndef KES_READ_H
#define KES_READ_H

#include "engine.h"

void kes_copy_vcpu(struct kes_counts *to, const struct kes_hot *hot);

/* These work on a copy or a sum and need no lock. */
void kes_add_counts(struct kes_counts *sum, const struct kes_counts *counts);
void kes_subtract_counts(struct kes_counts *sum, const struct kes_counts *base);
u64 kes_slot_total(const struct kes_counts *counts, unsigned int slot);
u64 kes_total(const struct kes_counts *counts);
s64 kes_unaccounted(const struct kes_counts *counts);

#endif /* KES_READ_H */

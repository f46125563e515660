/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: reading counters, adding them up, resetting them. The
 * caller holds kes_lock, except for kes_reset(), which takes it.
 */
#ifndef KES_SUMS_H
#define KES_SUMS_H

#include "engine.h"

void kes_copy_vcpu(struct kes_counts *to, const struct kes_vcpu *vcpu);
void kes_add_vcpu(struct kes_counts *sum, const struct kes_vcpu *vcpu);
void kes_add_vm(struct kes_counts *sum, const struct kes_vm *vm);
void kes_add_all(struct kes_counts *sum);
void kes_evict(struct kes_vm *vm);
int kes_reset(void);

/* These work on a copy or a sum and need no lock. */
u64 kes_slot_total(const struct kes_counts *counts, unsigned int slot);
u64 kes_total(const struct kes_counts *counts);
s64 kes_unaccounted(const struct kes_counts *counts);

#endif /* KES_SUMS_H */

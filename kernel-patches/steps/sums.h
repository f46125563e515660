count    |/* SPDX-License-Identifier: GPL-2.0-only */
count    |/*
count    | * KVM exit statistics: reading counters, adding them up, resetting them. The
reset    | * caller holds kes_lock, except for kes_reset(), which takes it.
count    | */
count    |#ifndef KES_SUMS_H
count    |#define KES_SUMS_H
count    |
count    |#include "engine.h"
snapshot |
count    |void kes_copy_vcpu(struct kes_counts *to, const struct kes_vcpu *vcpu);
text     |void kes_add_vcpu(struct kes_counts *sum, const struct kes_vcpu *vcpu);
text     |void kes_add_vm(struct kes_counts *sum, const struct kes_vm *vm);
text     |void kes_add_all(struct kes_counts *sum);
snapshot |void kes_evict(struct kes_vm *vm);
reset    |int kes_reset(void);
snapshot |
snapshot |/* These work on a copy or a sum and need no lock. */
count    |u64 kes_slot_total(const struct kes_counts *counts, unsigned int slot);
text     |u64 kes_total(const struct kes_counts *counts);
text     |s64 kes_unaccounted(const struct kes_counts *counts);
count    |
count    |#endif /* KES_SUMS_H */

count    |/* SPDX-License-Identifier: GPL-2.0-only */
count    |/*
count    | * KVM exit statistics: reading counters while they are incremented.
count    | */
count    |#ifndef KES_READ_H
count    |#define KES_READ_H
count    |
count    |#include "engine.h"
count    |
count    |void kes_copy_vcpu(struct kes_counts *to, const struct kes_hot *hot);
count    |
count    |/* These work on a copy or a sum and need no lock. */
snapshot |void kes_add_counts(struct kes_counts *sum, const struct kes_counts *counts);
text     |void kes_subtract_counts(struct kes_counts *sum, const struct kes_counts *base);
count    |u64 kes_slot_total(const struct kes_counts *counts, unsigned int slot);
snapshot |u64 kes_total(const struct kes_counts *counts);
text     |s64 kes_unaccounted(const struct kes_counts *counts);
count    |
count    |#endif /* KES_READ_H */

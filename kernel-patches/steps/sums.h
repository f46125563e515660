count    |/* SPDX-License-Identifier: GPL-2.0-only */
count    |/*
count    | * KVM exit statistics: reading counters, adding them up, resetting them.
count    | */
count    |#ifndef KES_SUMS_H
count    |#define KES_SUMS_H
count    |
count    |#include "engine.h"
text     |#include "final.h"
count    |
count    |void kes_copy_vcpu(struct kes_counts *to, const struct kes_hot *hot);
count    |
count    |/* Called between kes_walk_begin() and kes_walk_end(): counts since the reset */
text     |void kes_visit_vcpus(struct kes_vm *vm, kes_counts_fn fn, void *arg);
text     |void kes_add_vm(struct kes_counts *sum, struct kes_vm *vm);
text     |void kes_add_all(struct kes_counts *sum);
count    |
count    |/* The exits of all VMs for one slot since the last reset. May sleep. */
values   |u64 kes_sum_slot(unsigned int slot);
reset    |int kes_reset(void);
count    |
count    |/* These work on a copy or a sum and need no lock. */
snapshot |void kes_add_counts(struct kes_counts *sum, const struct kes_counts *counts);
count    |u64 kes_slot_total(const struct kes_counts *counts, unsigned int slot);
snapshot |u64 kes_total(const struct kes_counts *counts);
text     |s64 kes_unaccounted(const struct kes_counts *counts);
count    |
count    |#endif /* KES_SUMS_H */

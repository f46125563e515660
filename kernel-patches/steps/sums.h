reset    |/* SPDX-License-Identifier: GPL-2.0-only */
reset    |/*
reset    | * KVM exit statistics: adding up counters, resetting them.
reset    | */
reset    |#ifndef KES_SUMS_H
reset    |#define KES_SUMS_H
reset    |
reset    |#include "engine.h"
text     |#include "final.h"
reset    |
text     |/* Called between kes_walk_begin() and kes_walk_end(): counts since the reset */
text     |void kes_visit_vcpus(struct kes_vm *vm, kes_counts_fn fn, void *arg);
text     |void kes_add_vm(struct kes_counts *sum, struct kes_vm *vm);
text     |void kes_add_all(struct kes_counts *sum);
reset    |
reset    |/* The exits of all VMs for one slot since the last reset. May sleep. */
values   |u64 kes_sum_slot(unsigned int slot);
reset    |int kes_reset(void);
reset    |
reset    |#endif /* KES_SUMS_H */

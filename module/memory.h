/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the memory of vCPUs, per group, see memory.c.
 */
#ifndef KES_MEMORY_H
#define KES_MEMORY_H

#include "engine.h"

/* count, time, histogram, detail: bits 0 to 3 of KES_GROUP_* */
#define KES_NR_GROUPS	4

/*
 * A vCPU on the list of its VM: allocate the memory of the groups that are on,
 * before the vCPU runs; free that of the groups that are off.
 */
int kes_memory_fill_vcpu(struct kes_hot *hot, gfp_t gfp);
void kes_memory_trim_vcpu(struct kes_hot *hot);

/* Counters that are not yet, or no longer, those of a VM. */
int kes_memory_fit_vcpu(struct kes_vcpu *vcpu, u32 groups, gfp_t gfp);
void kes_memory_free_vcpu(struct kes_vcpu *vcpu);

/* Allocate the memory of a group for all vCPUs of a VM, which may run. */
int kes_give(struct kes_vm *vm, unsigned int group);

/* Free the memory of all groups that are off for @vm. */
void kes_take(struct kes_vm *vm);

#endif /* KES_MEMORY_H */

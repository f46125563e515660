/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the life of VMs and vCPUs, and of the engine itself. For
 * the files that know KVM: its hooks, or the module.
 */
#ifndef KES_LIFE_H
#define KES_LIFE_H

#include "engine.h"

int kes_init(const struct kes_feed *feed);
void kes_exit(void);
void kes_set_isa(u32 isa);

struct kes_vm *kes_vm_create(struct task_struct *leader);
void kes_vm_destroy(struct kes_vm *vm);

int kes_vcpu_create(struct kes_vm *vm, u32 id, struct kes_hot *hot);
void kes_vcpu_destroy(struct kes_hot *hot);

/* kes_vcpu_create() in two steps, of which the first need not sleep. */
int kes_vcpu_alloc(u32 id, struct kes_hot *hot, gfp_t gfp);
int kes_vcpu_add(struct kes_vm *vm, struct kes_hot *hot);
void kes_vcpu_free(struct kes_hot *hot);

#endif /* KES_LIFE_H */

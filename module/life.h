/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the life cycle of VMs, vCPUs and the engine. Called by
 * the hooks of a patched KVM, or by the module.
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

/* kes_vcpu_create() in two steps; the first can run in atomic context. */
int kes_vcpu_alloc(u32 id, struct kes_hot *hot, gfp_t gfp);
int kes_vcpu_add(struct kes_vm *vm, struct kes_hot *hot);
void kes_vcpu_free(struct kes_hot *hot);

#endif /* KES_LIFE_H */

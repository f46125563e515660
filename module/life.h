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

/*
 * kes_vcpu_create() prepares the counters of a vCPU, which may then run.
 * kes_vcpu_list() shows it to readers, once KVM has accepted it.
 */
int kes_vcpu_create(struct kes_vm *vm, u32 id, struct kes_hot *hot);
void kes_vcpu_list(struct kes_hot *hot);
void kes_vcpu_destroy(struct kes_hot *hot);

/* Called before the vCPU can run nested guests. May sleep. */
int kes_vcpu_allow_l2(struct kes_hot *hot);

/* The same for a vCPU that is found when it exits, in atomic context. */
int kes_vcpu_alloc(u32 id, struct kes_hot *hot, gfp_t gfp);
int kes_vcpu_add(struct kes_vm *vm, struct kes_hot *hot);
void kes_vcpu_free(struct kes_hot *hot);

#endif /* KES_LIFE_H */

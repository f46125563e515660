count    |/* SPDX-License-Identifier: GPL-2.0-only */
count    |/*
count    | * KVM exit statistics: the life cycle of VMs, vCPUs and the engine. Called by
count    | * the hooks of a patched KVM, or by the module.
count    | */
count    |#ifndef KES_LIFE_H
count    |#define KES_LIFE_H
count    |
count    |#include "engine.h"
count    |
count    |int kes_init(const struct kes_feed *feed);
count    |void kes_exit(void);
count    |void kes_set_isa(u32 isa);
count    |
count    |struct kes_vm *kes_vm_create(struct task_struct *leader);
count    |void kes_vm_destroy(struct kes_vm *vm);
count    |
count    |/*
count    | * kes_vcpu_create() prepares the counters of a vCPU, which may then run.
count    | * kes_vcpu_list() shows it to readers, once KVM has accepted it.
count    | */
count    |int kes_vcpu_create(struct kes_vm *vm, u32 id, struct kes_hot *hot);
count    |void kes_vcpu_list(struct kes_hot *hot);
count    |void kes_vcpu_destroy(struct kes_hot *hot);
count    |
count    |/* Called before the vCPU can run nested guests. May sleep. */
nested   |int kes_vcpu_allow_l2(struct kes_hot *hot);
count    |
count    |/* The same for a vCPU that is found when it exits, in atomic context. */
count    |int kes_vcpu_alloc(u32 id, struct kes_hot *hot, gfp_t gfp);
count    |int kes_vcpu_add(struct kes_vm *vm, struct kes_hot *hot);
count    |void kes_vcpu_free(struct kes_hot *hot);
count    |
count    |#endif /* KES_LIFE_H */

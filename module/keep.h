/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: which destroyed VMs are kept, see keep.c. The caller
 * holds kes_lock.
 */
#ifndef KES_KEEP_H
#define KES_KEEP_H

#include "engine.h"

/* Return the user with @uid and add a VM; @spare is used if it is a new one. */
struct kes_user *kes_user_get(kuid_t uid, struct kes_user *spare);
void kes_user_put(struct kes_user *user);

/* Keep vm->final of a VM that was destroyed. Without it, @vm is gone. */
void kes_keep(struct kes_vm *vm);

/* Evict a VM whose counters are still there. Also holds kes_walk_lock. */
void kes_evict_live(struct kes_vm *vm);

/* Evict destroyed VMs until the limits are kept; or all of them. */
void kes_evict_excess(void);
void kes_evict_all(void);

#endif /* KES_KEEP_H */

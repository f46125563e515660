/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: visiting all VMs, and removing those that are gone.
 */
#ifndef KES_WALK_H
#define KES_WALK_H

#include "engine.h"

/*
 * Between these, no VM is removed from the list, and no counts move to the sum
 * of evicted VMs: what a visitor adds up has every exit exactly once. VMs and
 * vCPUs may be created and VMs destroyed in between. May sleep.
 */
void kes_walk_begin(void);
void kes_walk_end(void);

/* Called with kes_lock held after a VM was destroyed. */
void kes_reap(void);

/* Wait until all VMs that are gone were freed. */
void kes_reap_flush(void);

void kes_vm_put(struct kes_vm *vm);

#endif /* KES_WALK_H */

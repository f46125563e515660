/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: removing VMs that are gone.
 */
#ifndef KES_REAP_H
#define KES_REAP_H

#include "engine.h"

void kes_reap_init(void);

/* Called with kes_lock held after a VM was destroyed. */
void kes_reap(void);

/* Wait until all VMs that are gone were freed. */
void kes_reap_flush(void);

void kes_vm_put(struct kes_vm *vm);

#endif /* KES_REAP_H */

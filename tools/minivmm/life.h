/* SPDX-License-Identifier: GPL-2.0-only */
/* Creating and destroying a machine. */
#ifndef MINIVMM_LIFE_H
#define MINIVMM_LIFE_H

#include "vmm.h"

/*
 * Create the machine described by @vmm's options, with all vCPUs at the start
 * of their programs. Return -ENODEV if /dev/kvm cannot be used, or another
 * error.
 */
int life_create(struct vmm *vmm, struct errbuf *err);
/* Release all resources. All vCPUs must have ended. */
void life_destroy(struct vmm *vmm);

#endif

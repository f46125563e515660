/* SPDX-License-Identifier: GPL-2.0-only */
/* Making a machine, and releasing what it has. */
#ifndef MINIVMM_LIFE_H
#define MINIVMM_LIFE_H

#include "vmm.h"

/*
 * Makes the machine that @vmm's options describe, with all vCPUs at their
 * programs' start. -ENODEV when /dev/kvm cannot be used here; other errors are
 * failures.
 */
int life_create(struct vmm *vmm, struct errbuf *err);
/* Releases all of it; its vCPUs must have ended. */
void life_destroy(struct vmm *vmm);

#endif

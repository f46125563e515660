/* SPDX-License-Identifier: GPL-2.0-only */
/* The main thread's loop while vCPUs run. */
#ifndef MINIVMM_WATCH_H
#define MINIVMM_WATCH_H

#include "vmm.h"

/*
 * Start all vCPUs and wait until they have ended. Return 0, the signal that
 * ended them, or -errno.
 */
int watch_all(struct vmm *vmm, struct errbuf *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* The first thread, while vCPUs run. */
#ifndef MINIVMM_WATCH_H
#define MINIVMM_WATCH_H

#include "vmm.h"

/* Starts all vCPUs and waits for all. The signal that ended it, 0, -errno. */
int watch_all(struct vmm *vmm, struct errbuf *err);

#endif

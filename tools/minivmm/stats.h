/* SPDX-License-Identifier: GPL-2.0-only */
/* The output of --stats, on standard error. */
#ifndef MINIVMM_STATS_H
#define MINIVMM_STATS_H

#include "vmm.h"

void stats_text(const struct vmm *vmm);
void stats_json(const struct vmm *vmm);

#endif

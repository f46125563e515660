/* SPDX-License-Identifier: GPL-2.0-only */
/* What guests read. */
#ifndef MINIVMM_INPUT_H
#define MINIVMM_INPUT_H

#include "vmm.h"

/* Opens it; a terminal becomes raw when the guest is a Linux. */
int input_open(struct vmm *vmm, struct errbuf *err);
void input_close(struct vmm *vmm);
bool input_is_raw(void);
bool input_ready(struct vmm *vmm);
/* The next byte, for which it waits; false at the end. */
bool input_take(struct vmm *vmm, char *byte);

#endif

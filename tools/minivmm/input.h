/* SPDX-License-Identifier: GPL-2.0-only */
/* The input of guests. */
#ifndef MINIVMM_INPUT_H
#define MINIVMM_INPUT_H

#include "vmm.h"

/* Open the input. For a Linux guest, set a terminal to raw mode. */
int input_open(struct vmm *vmm, struct errbuf *err);
void input_close(struct vmm *vmm);
bool input_is_raw(void);
bool input_ready(struct vmm *vmm);
/* Wait for the next byte; return false at the end of the input. */
bool input_take(struct vmm *vmm, char *byte);

#endif

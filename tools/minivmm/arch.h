/* SPDX-License-Identifier: GPL-2.0-only */
/* The initial state of a vCPU and of the interrupt chips. */
#ifndef MINIVMM_ARCH_H
#define MINIVMM_ARCH_H

#include "vmm.h"

#define RFLAGS_IF	0x200

/* Set the registers and tables of a vCPU for the start of its program. */
int arch_boot(struct vcpu *vcpu, struct errbuf *err);
/* Create the interrupt chips, and set them up as a PC's firmware does. */
int arch_interrupts(struct vmm *vmm, struct errbuf *err);

#endif

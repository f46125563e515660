/* SPDX-License-Identifier: GPL-2.0-only */
/* The state a vCPU and the interrupt chips start in. */
#ifndef MINIVMM_ARCH_H
#define MINIVMM_ARCH_H

#include "vmm.h"

#define RFLAGS_IF	0x200

/* Registers and tables of one vCPU at its program's start. */
int arch_boot(struct vcpu *vcpu, struct errbuf *err);
/* PIC and PIT as a PC's firmware leaves them. */
int arch_interrupts(struct vmm *vmm, struct errbuf *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Port I/O and its devices. */
#ifndef MINIVMM_PORTS_H
#define MINIVMM_PORTS_H

#include "vmm.h"

/* Handle KVM_EXIT_IO. */
int ports_io(struct vcpu *vcpu);
/* Write a partial line; @last: the program of @vcpu has ended. */
void ports_flush(struct vcpu *vcpu, bool last);
/* Pass a byte of input to the serial port. */
void ports_receive(struct vmm *vmm, uint8_t byte);

#endif

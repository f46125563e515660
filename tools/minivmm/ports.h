/* SPDX-License-Identifier: GPL-2.0-only */
/* Port IO, and the devices behind it. */
#ifndef MINIVMM_PORTS_H
#define MINIVMM_PORTS_H

#include "vmm.h"

/* Answers KVM_EXIT_IO. */
int ports_io(struct vcpu *vcpu);
/* Writes what there is of a line; @last: its program has ended. */
void ports_flush(struct vcpu *vcpu, bool last);
/* A byte of input for the serial port. */
void ports_receive(struct vmm *vmm, uint8_t byte);

#endif

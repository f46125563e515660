/* SPDX-License-Identifier: GPL-2.0-only */
/* One vCPU's life. */
#ifndef MINIVMM_RUN_H
#define MINIVMM_RUN_H

#include "vmm.h"

/* From its start to its end; for pthread_create(). */
void *vcpu_run(void *vcpu);
/* Has vCPU @v return from KVM_RUN to see to @request. */
void vcpu_request(struct vcpu *v, enum request request);

#endif

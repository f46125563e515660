/* SPDX-License-Identifier: GPL-2.0-only */
/* Running a vCPU. */
#ifndef MINIVMM_RUN_H
#define MINIVMM_RUN_H

#include "vmm.h"

/* Run a vCPU until it ends; for pthread_create(). */
void *vcpu_run(void *vcpu);
/* Make KVM_RUN of vCPU @v return and handle @request. */
void vcpu_request(struct vcpu *v, enum request request);

#endif

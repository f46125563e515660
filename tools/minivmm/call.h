/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The KVM API, as far as it is used here: one row per call, one wrapper that
 * makes them, checks them, names them in its message and takes their time.
 */
#ifndef MINIVMM_CALL_H
#define MINIVMM_CALL_H

#include <stdint.h>

#include "util.h"

enum call {
	CALL_GET_API_VERSION,
	CALL_CHECK_EXTENSION,
	CALL_GET_VCPU_MMAP_SIZE,
	CALL_GET_SUPPORTED_CPUID,
	CALL_CREATE_VM,
	CALL_SET_TSS_ADDR,
	CALL_SET_IDENTITY_MAP_ADDR,
	CALL_SET_USER_MEMORY_REGION,
	CALL_CREATE_IRQCHIP,
	CALL_CREATE_PIT2,
	CALL_GET_PIT2,
	CALL_SET_PIT2,
	CALL_GET_IRQCHIP,
	CALL_SET_IRQCHIP,
	CALL_IRQ_LINE,
	CALL_CREATE_VCPU,
	CALL_SET_CPUID2,
	CALL_GET_SREGS,
	CALL_SET_SREGS,
	CALL_GET_REGS,
	CALL_SET_REGS,
	CALL_GET_MP_STATE,
	CALL_SET_MP_STATE,
	CALL_TRANSLATE,
	CALL_RUN,
	NR_CALLS
};

/* What setting up took. Frozen before vCPUs run, as it has no lock. */
struct call_times {
	int frozen;
	struct call_time {
		uint64_t count, total_ns;
	} of[NR_CALLS];
};

uint64_t now_ns(void);
const char *call_name(enum call call);

/*
 * What ioctl() returned, or -errno with a message in @err. @arg: a pointer or
 * a number, as the call has it.
 */
int call_number(struct call_times *times, int fd, enum call call,
		unsigned long arg, struct errbuf *err);
int call_kvm(struct call_times *times, int fd, enum call call, void *arg,
	     struct errbuf *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The calls of the KVM API that are used here: one row per call, and one
 * wrapper that makes a call, measures its time, and names it in its error
 * message.
 */
#ifndef MINIVMM_CALL_H
#define MINIVMM_CALL_H

#include <stdint.h>

#include "util.h"

/* Without KVM_; described in the kernel's virt/kvm/api.rst. */
#define CALLS(X) \
	X(GET_API_VERSION) X(CHECK_EXTENSION) X(GET_VCPU_MMAP_SIZE) \
	X(GET_SUPPORTED_CPUID) X(CREATE_VM) X(SET_TSS_ADDR) \
	X(SET_IDENTITY_MAP_ADDR) X(SET_USER_MEMORY_REGION) X(CREATE_IRQCHIP) \
	X(CREATE_PIT2) X(GET_PIT2) X(SET_PIT2) X(GET_IRQCHIP) X(SET_IRQCHIP) \
	X(IRQ_LINE) X(CREATE_VCPU) X(SET_CPUID2) X(GET_SREGS) X(SET_SREGS) \
	X(GET_REGS) X(SET_REGS) X(GET_MP_STATE) X(SET_MP_STATE) X(TRANSLATE) \
	X(RUN)

#define CALL_ENUM(name) CALL_##name,
enum call { CALLS(CALL_ENUM) NR_CALLS };

/* Times of the set-up. Frozen before vCPUs run, because there is no lock. */
struct call_times {
	int frozen;
	struct call_time {
		uint64_t count, total_ns;
	} of[NR_CALLS];
};

const char *call_name(enum call call);

/*
 * Return the result of ioctl(), or -errno with a message in @err. @arg: a
 * pointer or a number, depending on the call.
 */
int call_number(struct call_times *times, int fd, enum call call,
		unsigned long arg, struct errbuf *err);
int call_kvm(struct call_times *times, int fd, enum call call, void *arg,
	     struct errbuf *err);

#endif

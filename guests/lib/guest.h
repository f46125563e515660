/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The library of the micro guests: 32-bit protected mode, one CPU, flat
 * memory, no paging, interrupts off.
 *
 * Each function says which VM exits it causes, so that a guest's counts can
 * be derived by reading. What is not said causes none of the kinds that
 * guests.cfg counts (memory-mapped accesses to the local APIC do cause exits,
 * but of the page-fault or APIC kind).
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdint.h>

#include "instructions.h"

enum vendor { VENDOR_INTEL, VENDOR_AMD };

/* Written by each guest; its return value goes to guest_exit(). */
int guest_main(void);

/*
 * End the VM through QEMU's isa-debug-exit: QEMU's exit status becomes
 * code * 2 + 1. One port IO exit.
 */
_Noreturn void guest_exit(uint8_t code);

/* One CPUID exit. */
enum vendor guest_vendor(void);

/* One hypercall exit. An unknown number returns an error and does nothing. */
static inline uint32_t hypercall(enum vendor vendor, uint32_t nr)
{
	uint32_t ret = nr;

	if (vendor == VENDOR_INTEL)
		__asm__ volatile("vmcall" : "+a"(ret) : : "memory");
	else
		__asm__ volatile("vmmcall" : "+a"(ret) : : "memory");
	return ret;
}

#endif /* GUEST_H */

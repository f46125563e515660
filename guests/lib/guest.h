/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The library of the micro guests: 32-bit protected mode, one CPU, flat
 * memory, no paging, interrupts off.
 *
 * The comment of each function has the VM exits that it causes, so that the
 * counts of a guest can be derived from its source. Other code causes no exits
 * of the kinds that guests.cfg counts (memory-mapped accesses to the local APIC
 * do cause exits, of the page-fault or APIC kind).
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdint.h>

#include "instructions.h"

enum vendor { VENDOR_INTEL, VENDOR_AMD };

/* Written by each guest; its return value goes to guest_exit(). */
int guest_main(void);

/*
 * End the VM with QEMU's isa-debug-exit: QEMU's exit status is code * 2 + 1.
 * One port I/O exit.
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which vendor, and how a guest ends.
 */
#include "guest.h"

/* Where QEMU's isa-debug-exit listens: its iobase, see docs/lab.md. */
#define DEBUG_EXIT_PORT	0xf4

/* "Genu" of GenuineIntel; everything else is taken for AMD's instructions. */
#define INTEL_EBX	0x756e6547

enum vendor guest_vendor(void)
{
	return cpuid(0).ebx == INTEL_EBX ? VENDOR_INTEL : VENDOR_AMD;
}

_Noreturn void guest_exit(uint8_t code)
{
	outb(DEBUG_EXIT_PORT, code);
	/* Without the device: stop without another exit of a counted kind. */
	for (;;)
		;
}

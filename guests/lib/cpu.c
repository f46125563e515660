// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which vendor, and how a guest ends.
 */
#include "abi.h"
#include "guest.h"

/* "Genu" of GenuineIntel; everything else is taken for AMD's instructions. */
#define INTEL_EBX	0x756e6547

enum vendor guest_vendor(void)
{
	return cpuid(0).ebx == INTEL_EBX ? VENDOR_INTEL : VENDOR_AMD;
}

_Noreturn void guest_exit(uint8_t code)
{
	outb(MINIVMM_PORT_EXIT, code);
	/* Without the device: stop without another exit of a counted kind. */
	for (;;)
		;
}

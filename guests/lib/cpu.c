// SPDX-License-Identifier: GPL-2.0-only
/*
 * Detecting the vendor, and ending a guest.
 */
#include "abi.h"
#include "guest.h"

/* "Genu" of GenuineIntel; any other CPU gets AMD's instructions. */
#define INTEL_EBX	0x756e6547

enum vendor guest_vendor(void)
{
	return cpuid(0).ebx == INTEL_EBX ? VENDOR_INTEL : VENDOR_AMD;
}

_Noreturn void guest_exit(uint8_t code)
{
	outb(MINIVMM_PORT_EXIT, code);
	/* Without the device, stop without another exit that is counted. */
	for (;;)
		;
}

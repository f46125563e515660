// SPDX-License-Identifier: GPL-2.0-only
/*
 * Six kinds of VM exits, each a known, prime number of times.
 *
 * Derivation, line by line of guest_main() and guest_exit():
 *
 *   kind       exits   from
 *   cpuid        211   1 in guest_vendor() + 210 in the loop
 *   hlt           23   the loop; one each, see lib/apic.c
 *   io           101   100 in the loop + 1 in guest_exit()
 *   msr-read     307   the loop
 *   msr-write    401   the loop
 *   hypercall    503   the loop
 *
 * KVM intercepts both MSRs on both vendors: APIC_BASE and PAT are emulated,
 * never passed through. The port is the POST code port, which KVM passes to
 * QEMU and QEMU ignores. AMD has one code for reads and writes of MSRs, so 708
 * exits are expected there. guests.cfg has the same numbers for the checks.
 */
#include "lib/apic.h"
#include "lib/guest.h"

#define NR_CPUID	210
#define NR_HLT		23
#define NR_OUT		100
#define NR_RDMSR	307
#define NR_WRMSR	401
#define NR_HYPERCALL	503

#define TICK_CLOCKS	1000000

int guest_main(void)
{
	const enum vendor vendor = guest_vendor();
	int i;

	apic_init();
	for (i = 0; i < NR_CPUID; i++)
		cpuid(1);
	apic_start_ticks(TICK_CLOCKS);
	for (i = 0; i < NR_HLT; i++)
		sleep_until_interrupt();
	apic_stop_ticks();
	for (i = 0; i < NR_OUT; i++)
		outb(PORT_POST, (uint8_t)i);
	for (i = 0; i < NR_RDMSR; i++)
		rdmsr(MSR_APIC_BASE);
	for (i = 0; i < NR_WRMSR; i++)
		wrmsr(MSR_PAT, PAT_AT_RESET);
	for (i = 0; i < NR_HYPERCALL; i++)
		hypercall(vendor, NO_HYPERCALL);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generators: instructions that cause an exit or do not. Unless stated
 * otherwise, each causes n exits for the reason of its name, and no others.
 */
#include "exits.h"

#define PORT_PIC_MASK	0x21	/* in KVM: handled in the kernel */
#define CR4_OSXSAVE	(1u << 18)

static char buffer[0x400];

void exit_nothing(uint32_t n)
{
	(void)n;
}

REPEAT(cpuid, cpuid(1))
REPEAT(io_out, outb(PORT_POST, (uint8_t)n))
REPEAT(io_in, inb(PORT_POST))
REPEAT(io_kernel, inb(PORT_PIC_MASK))
REPEAT(outs, const char *from = buffer;
       __asm__ volatile("outsb" : "+S"(from) : "d"(PORT_POST) : "memory"))
REPEAT(ins, char *to = buffer;
       __asm__ volatile("insb" : "+D"(to) : "d"(PORT_POST) : "memory"))

/*
 * KVM returns one byte at a time to user space, and re-enters the guest for the
 * next one: n exits, and one more with no bytes left, which KVM handles.
 */
void exit_rep_outs(uint32_t n)
{
	const char *from = buffer;

	__asm__ volatile("rep outsb" : "+S"(from), "+c"(n) : "d"(PORT_POST)
			 : "memory");
}

/*
 * KVM reads ahead, up to a page: one exit for all n, at most 1024, and one with
 * no bytes left.
 */
void exit_rep_ins(uint32_t n)
{
	char *to = buffer;

	__asm__ volatile("rep insb" : "+D"(to), "+c"(n) : "d"(PORT_POST)
			 : "memory");
}

REPEAT(rdmsr, rdmsr(MSR_APIC_BASE))
REPEAT(wrmsr, wrmsr(MSR_PAT, PAT_AT_RESET))

/* One more CPUID exit, to detect the vendor. */
void exit_hypercall(uint32_t n)
{
	const enum vendor vendor = guest_vendor();

	while (n--)
		hypercall(vendor, NO_HYPERCALL);
}

/* KVM offsets the TSC instead of intercepting: no exits. */
REPEAT(rdtsc, __asm__ volatile("rdtsc" : : : "eax", "edx"))

/* No exits if CPUID has it. */
REPEAT(rdtscp, __asm__ volatile("rdtscp" : : : "eax", "ecx", "edx"))

/* Without a PMU, KVM injects #GP. */
REPEAT(rdpmc, EXPECT_FAULT("rdpmc", "c"(0)))

/* No exits if CPUID has it. */
REPEAT(rdrand, __asm__ volatile("rdrand %%eax" : : : "eax", "cc"))

/*
 * On VMX, a control makes it #UD: n EXCEPTION_NMI. On SVM, KVM intercepts it (n
 * RDTSCP) and injects #UD, but TCG ignores the intercept.
 */
REPEAT(rdtscp_hidden, EXPECT_FAULT("rdtscp", "a"(0)))

/* n RDRAND; KVM injects #UD. */
REPEAT(rdrand_hidden, EXPECT_FAULT("rdrand %%eax", "a"(0)))

REPEAT(invd, __asm__ volatile("invd" : : : "memory"))
REPEAT(wbinvd, __asm__ volatile("wbinvd" : : : "memory"))

/* No exits with EPT or NPT. */
REPEAT(invlpg, __asm__ volatile("invlpg %0" : : "m"(buffer[0]) : "memory"))

/* One more exit for CR4, which is 0 after reset. */
void exit_xsetbv(uint32_t n)
{
	__asm__ volatile("movl %0, %%cr4" : : "r"(CR4_OSXSAVE));
	while (n--)
		__asm__ volatile("xsetbv" : : "a"(1), "d"(0), "c"(0));
}

/* All contexts. No exits with EPT or NPT. */
void exit_invpcid(uint32_t n)
{
	static const uint64_t descriptor[2];

	while (n--)
		__asm__ volatile("invpcid %0, %1"
				 : : "m"(descriptor), "r"(2) : "memory");
}

/*
 * Only pause-loop exiting causes exits: if a loop of PAUSEs lasts longer than a
 * window, which KVM doubles after each exit. The number depends on the CPU's
 * clock.
 */
REPEAT(pause, __asm__ volatile("pause"))

/* KVM does nothing. */
REPEAT(monitor, __asm__ volatile("monitor" : : "a"(buffer), "c"(0), "d"(0)))

/* KVM does nothing, not even wait. */
REPEAT(mwait, __asm__ volatile("mwait" : : "a"(0), "c"(0)))

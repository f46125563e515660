// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generators: instructions that exit, or do not, by themselves. n exits of the
 * reason in their name, and no others, unless they say otherwise.
 */
#include "exits.h"

#define PORT_PIC_MASK	0x21	/* KVM's own: stays in the kernel */
#define CR4_OSXSAVE	(1u << 18)

static char buffer[0x400];

void exit_nothing(uint32_t n)
{
	(void)n;
}

void exit_cpuid(uint32_t n)
{
	while (n--)
		cpuid(1);
}

void exit_io_out(uint32_t n)
{
	while (n--)
		outb(PORT_POST, (uint8_t)n);
}

void exit_io_in(uint32_t n)
{
	while (n--)
		inb(PORT_POST);
}

void exit_io_kernel(uint32_t n)
{
	while (n--)
		inb(PORT_PIC_MASK);
}

void exit_outs(uint32_t n)
{
	const char *from;

	while (n--) {
		from = buffer;
		__asm__ volatile("outsb" : "+S"(from) : "d"(PORT_POST)
				 : "memory");
	}
}

void exit_ins(uint32_t n)
{
	char *to;

	while (n--) {
		to = buffer;
		__asm__ volatile("insb" : "+D"(to) : "d"(PORT_POST)
				 : "memory");
	}
}

/*
 * KVM hands out one byte at a time, and enters the guest anew for the next: n
 * exits, and one more that finds nothing left, which stays in KVM.
 */
void exit_rep_outs(uint32_t n)
{
	const char *from = buffer;

	__asm__ volatile("rep outsb" : "+S"(from), "+c"(n) : "d"(PORT_POST)
			 : "memory");
}

/*
 * KVM reads ahead, up to a page: one exit for all n, at most 1024, and one that
 * finds nothing left.
 */
void exit_rep_ins(uint32_t n)
{
	char *to = buffer;

	__asm__ volatile("rep insb" : "+D"(to), "+c"(n) : "d"(PORT_POST)
			 : "memory");
}

void exit_rdmsr(uint32_t n)
{
	while (n--)
		rdmsr(MSR_APIC_BASE);
}

void exit_wrmsr(uint32_t n)
{
	while (n--)
		wrmsr(MSR_PAT, PAT_AT_RESET);
}

/* One CPUID exit more, for the vendor. */
void exit_hypercall(uint32_t n)
{
	const enum vendor vendor = guest_vendor();

	while (n--)
		hypercall(vendor, NO_HYPERCALL);
}

/* KVM offsets the TSC instead of intercepting: no exits. */
void exit_rdtsc(uint32_t n)
{
	while (n--)
		__asm__ volatile("rdtsc" : : : "eax", "edx");
}

/* No exits where CPUID has it. */
void exit_rdtscp(uint32_t n)
{
	while (n--)
		__asm__ volatile("rdtscp" : : : "eax", "ecx", "edx");
}

/* Without a PMU KVM answers with #GP. */
void exit_rdpmc(uint32_t n)
{
	while (n--)
		EXPECT_FAULT("rdpmc", "c"(0));
}

/* No exits where CPUID has it. */
void exit_rdrand(uint32_t n)
{
	while (n--)
		__asm__ volatile("rdrand %%eax" : : : "eax", "cc");
}

/*
 * VMX has a control that makes it #UD: n EXCEPTION_NMI. On SVM KVM intercepts
 * it, n RDTSCP, and answers with #UD; but TCG does not look at the intercept.
 */
void exit_rdtscp_hidden(uint32_t n)
{
	while (n--)
		EXPECT_FAULT("rdtscp", "a"(0));
}

/* n RDRAND, which KVM answers with #UD. */
void exit_rdrand_hidden(uint32_t n)
{
	while (n--)
		EXPECT_FAULT("rdrand %%eax", "a"(0));
}

void exit_invd(uint32_t n)
{
	while (n--)
		__asm__ volatile("invd" : : : "memory");
}

void exit_wbinvd(uint32_t n)
{
	while (n--)
		__asm__ volatile("wbinvd" : : : "memory");
}

/* No exits with EPT or NPT. */
void exit_invlpg(uint32_t n)
{
	while (n--)
		__asm__ volatile("invlpg %0" : : "m"(buffer[0]) : "memory");
}

/* One exit more for CR4, which is 0 after reset. */
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
 * Only the pause-loop filter exits: on PAUSEs that follow one another for
 * longer than a window, which KVM doubles after each exit. How many depends on
 * the CPU's clock.
 */
void exit_pause(uint32_t n)
{
	while (n--)
		__asm__ volatile("pause");
}

/* KVM does nothing. */
void exit_monitor(uint32_t n)
{
	while (n--)
		__asm__ volatile("monitor" : : "a"(buffer), "c"(0), "d"(0));
}

/* KVM does nothing, not even wait. */
void exit_mwait(uint32_t n)
{
	while (n--)
		__asm__ volatile("mwait" : : "a"(0), "c"(0));
}

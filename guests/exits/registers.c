// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generators: control registers, debug registers, descriptor tables.
 *
 * After reset, CR0 has CD and NW set. While they are set for the guest, KVM on
 * SVM intercepts all reads and writes of CR0; once the guest has cleared them,
 * only writes that change bits other than TS and MP. The code uses constants
 * and does not read registers, because reads cause exits as well.
 */
#include "exits.h"

#define CR0_CACHED	0x00000011u	/* PE and ET: CD and NW cleared */
#define CR0_UNCACHED	0x60000011u	/* as set by start.S */
#define CR0_MP		0x2u
#define CR0_AM		(1u << 18)
#define CR4_PSE		(1u << 4)
#define CR4_UMIP	(1u << 11)

#define WRITE_CR(nr, value) \
	__asm__ volatile("movl %0, %%cr" #nr : : "r"(value) : "memory")
#define READ_CR(nr) \
	__asm__ volatile("movl %%cr" #nr ", %%eax" : : : "eax", "memory")

/*
 * VMX: n + 1 CR_ACCESS. SVM: one last WRITE_CR0, and n CR0_SEL_WRITE.
 */
void exit_cr0(uint32_t n)
{
	WRITE_CR(0, CR0_CACHED);
	while (n--)
		WRITE_CR(0, CR0_CACHED | (n & 1 ? 0 : CR0_AM));
}

/* VMX: no exits, the CPU reads the shadow. SVM: n READ_CR0. */
REPEAT(cr0_read, READ_CR(0))

/* n WRITE_CR0. */
REPEAT(cr0_write, WRITE_CR(0, CR0_UNCACHED | (n & 1 ? CR0_AM : 0)))

/* n CR_ACCESS, because MP changes each time. */
REPEAT(lmsw, __asm__ volatile("lmsw %w0" : : "r"(n & 1 ? 1 : 1 | CR0_MP)))

/* KVM does not intercept it: no exits. */
REPEAT(cr2, WRITE_CR(2, n); READ_CR(2))

/* No exits with EPT or NPT. */
REPEAT(cr3, WRITE_CR(3, 0); READ_CR(3))

/* VMX: n CR_ACCESS. SVM: n WRITE_CR4. */
REPEAT(cr4, WRITE_CR(4, n & 1 ? 0 : CR4_PSE))

/* VMX: no exits, the CPU reads the shadow. SVM: n READ_CR4. */
REPEAT(cr4_read, READ_CR(4))

/*
 * An access to a debug register exits and disables the intercept until the next
 * exit, which is the CPUID: n of each. If an interrupt of the host arrives
 * before the access is executed again, it exits once more, so there are up to
 * as many additional exits as interrupts in the run.
 */
#define DEBUG_REGISTER(nr)						\
REPEAT(dr##nr##_read,							\
       __asm__ volatile("movl %%db" #nr ", %%eax" : : : "eax"); cpuid(1)) \
REPEAT(dr##nr##_write, __asm__ volatile("movl %0, %%db" #nr		\
				       : : "r"(nr < 6 ? 0 : 0x400)); cpuid(1))

DEBUG_REGISTER(0)
DEBUG_REGISTER(1)
DEBUG_REGISTER(2)
DEBUG_REGISTER(3)
DEBUG_REGISTER(4)
DEBUG_REGISTER(5)
DEBUG_REGISTER(6)
DEBUG_REGISTER(7)

/*
 * If the CPU has no UMIP, KVM on VMX intercepts the instructions for descriptor
 * tables in a guest that enables UMIP. n exits, and one for CR4.
 */
void exit_gdtr_idtr(uint32_t n)
{
	static char table[6];

	WRITE_CR(4, CR4_UMIP);
	while (n--) {
		if (n & 1)
			__asm__ volatile("sgdt %0" : "=m"(table));
		else
			__asm__ volatile("sidt %0" : "=m"(table));
	}
}

void exit_ldtr_tr(uint32_t n)
{
	WRITE_CR(4, CR4_UMIP);
	while (n--) {
		if (n & 1)
			__asm__ volatile("sldt %%eax" : : : "eax");
		else
			__asm__ volatile("str %%eax" : : : "eax");
	}
}

/*
 * In 64-bit mode, does not return (long.S). No exits, because no interrupt is
 * blocked by the task priority; for such interrupts see interrupts.c. On SVM,
 * KVM intercepts CR8 after reset until it first reads the task priority: one
 * WRITE_CR8, unless the VMM has caused that before (QEMU does, when it sets the
 * APIC's state).
 */
void exit_cr8(uint32_t n)
{
	long_mode(long_cr8, n);
}

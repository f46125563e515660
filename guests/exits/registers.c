// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generators: control registers, debug registers, descriptor tables.
 *
 * After reset CR0 has CD and NW. As long as the guest sees them set, SVM's KVM
 * intercepts all reads and writes of CR0; once it has cleared them, only writes
 * that change more than TS and MP. Values are known here, not read, since
 * reading is an exit, too.
 */
#include "exits.h"

#define CR0_CACHED	0x00000011u	/* PE and ET: CD and NW cleared */
#define CR0_UNCACHED	0x60000011u	/* as start.S leaves it */
#define CR0_MP		0x2u
#define CR0_AM		(1u << 18)
#define CR4_PSE		(1u << 4)
#define CR4_UMIP	(1u << 11)

#define WRITE_CR(nr, value) \
	__asm__ volatile("movl %0, %%cr" #nr : : "r"(value) : "memory")
#define READ_CR(nr) \
	__asm__ volatile("movl %%cr" #nr ", %%eax" : : : "eax", "memory")

/*
 * VMX: n + 1 CR_ACCESS. SVM: one WRITE_CR0, the last of this kind, and n
 * CR0_SEL_WRITE.
 */
void exit_cr0(uint32_t n)
{
	WRITE_CR(0, CR0_CACHED);
	while (n--)
		WRITE_CR(0, CR0_CACHED | (n & 1 ? 0 : CR0_AM));
}

/* VMX: no exits, the shadow is read. SVM: n READ_CR0. */
REPEAT(cr0_read, READ_CR(0))

/* n WRITE_CR0. */
REPEAT(cr0_write, WRITE_CR(0, CR0_UNCACHED | (n & 1 ? CR0_AM : 0)))

/* n CR_ACCESS, since MP changes each time. */
REPEAT(lmsw, __asm__ volatile("lmsw %w0" : : "r"(n & 1 ? 1 : 1 | CR0_MP)))

/* KVM does not intercept it: no exits. */
REPEAT(cr2, WRITE_CR(2, n); READ_CR(2))

/* With EPT or NPT no exits. */
REPEAT(cr3, WRITE_CR(3, 0); READ_CR(3))

/* VMX: n CR_ACCESS. SVM: n WRITE_CR4. */
REPEAT(cr4, WRITE_CR(4, n & 1 ? 0 : CR4_PSE))

/* VMX: no exits, the shadow is read. SVM: n READ_CR4. */
REPEAT(cr4_read, READ_CR(4))

/*
 * An access to a debug register exits and switches the interception off, until
 * the next exit; that is the CPUID. So n of each. An interrupt of the host that
 * comes before the access is executed again makes it exit once more: up to as
 * many as there are interrupts in the run.
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
 * Where the CPU has no UMIP, VMX's KVM intercepts the tables' instructions
 * for a guest that switches it on. n exits, and one for CR4.
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
 * In 64-bit mode, and it does not come back (long.S). No exits, as no interrupt
 * waits for the task priority to go down; for these see interrupts.c. But SVM's
 * KVM intercepts CR8 from reset until it looks at the task priority for the first
 * time: one WRITE_CR8, if the VMM has not made it do so (QEMU has, when it sets
 * the APIC's state).
 */
void exit_cr8(uint32_t n)
{
	long_mode(long_cr8, n);
}

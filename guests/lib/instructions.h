/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instructions that C cannot express, for 32-bit and 64-bit mode, and operands
 * that several guests use. The comments have the exits that each function
 * causes.
 */
#ifndef GUEST_INSTRUCTIONS_H
#define GUEST_INSTRUCTIONS_H

#define PORT_POST		0x80	/* no device in KVM: returns to the VMM */
#define NO_HYPERCALL		0x7fff	/* not a hypercall number of KVM */
#define MSR_APIC_BASE		0x1b
#define MSR_PAT			0x277
#define PAT_AT_RESET		0x0007040600070406
#define MSR_EFER		0xc0000080
#define EFER_LME		0x100
#define EFER_SVME		0x1000

#ifndef __ASSEMBLER__

#include <stdint.h>

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

/* Port I/O: one exit each. */
static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* The same, 4 bytes wide. */
static inline uint32_t inl(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/*
 * Sleep until the next interrupt, with interrupts off before and after. STI
 * delays interrupts until after HLT: exactly one HLT exit.
 */
static inline void sleep_until_interrupt(void)
{
	__asm__ volatile("sti; hlt; cli" : : : "memory");
}

/* One CPUID exit. */
static inline struct cpuid cpuid(uint32_t leaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(0));
	return r;
}

/* One MSR exit if KVM intercepts reads of this MSR. */
static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

/* One MSR exit if KVM intercepts writes of this MSR. */
static inline void wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value),
			 "d"((uint32_t)(value >> 32)) : "memory");
}

#endif
#endif /* GUEST_INSTRUCTIONS_H */

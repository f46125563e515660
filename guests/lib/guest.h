/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The library of the micro guests: 32-bit protected mode, one CPU, flat
 * memory, no paging, interrupts off.
 *
 * Each function says which VM exits it causes, so that a guest's counts can
 * be derived by reading. What is not said causes none of the kinds that
 * guests.cfg counts (memory-mapped accesses to the local APIC do cause exits,
 * but of the page-fault or APIC kind).
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdint.h>

enum vendor { VENDOR_INTEL, VENDOR_AMD };

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

/* Written by each guest; its return value goes to guest_exit(). */
int guest_main(void);

/*
 * End the VM through QEMU's isa-debug-exit: QEMU's exit status becomes
 * code * 2 + 1. One port IO exit.
 */
_Noreturn void guest_exit(uint8_t code);

/* One CPUID exit. */
enum vendor guest_vendor(void);

/* No counted exit: local APIC enabled, its timer still silent. */
void apic_init(void);

/*
 * No counted exit: an interrupt every so many bus clocks (KVM: nanoseconds).
 */
void apic_start_ticks(uint32_t clocks);
void apic_stop_ticks(void);

/* Sleep in HLT until a tick. Exactly one HLT exit; see apic.c. */
void apic_sleep(void);

/* Port IO: one exit each. */
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

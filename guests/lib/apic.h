/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The local APIC in xAPIC mode, with memory-mapped registers. Each access is
 * one exit: NPF on SVM; EPT_VIOLATION on VMX without APICv, as in lab vmx
 * (KVM's mmu.c then emulates accesses to the APIC's page and does not cache
 * them).
 */
#ifndef GUEST_APIC_H
#define GUEST_APIC_H

#define APIC_BASE	0xfee00000
#define APIC_ID		0x020
#define APIC_EOI	0x0b0
#define APIC_SPURIOUS	0x0f0
#define APIC_ICR	0x300
#define APIC_LVT_TIMER	0x320
#define APIC_INITIAL	0x380
#define APIC_DIVIDE	0x3e0

#define SPURIOUS_ENABLE	0x100
#define SPURIOUS_VECTOR	0x4f
#define DIVIDE_BY_1	0x0b
#define TIMER_PERIODIC	(1 << 17)
#define TIMER_DEADLINE	(2 << 17)
#define LVT_MASKED	(1 << 16)
#define ICR_NMI		0x4400	/* to the APIC in ICR's upper half: 0, this one */
#define ICR_SELF	0x44000	/* plus the vector */
#define TIMER_VECTOR	0x40

#ifndef __ASSEMBLER__

#include <stdint.h>

static inline void apic_write(uint32_t reg, uint32_t value)
{
	*(volatile uint32_t *)(APIC_BASE + reg) = value;
}

static inline uint32_t apic_read(uint32_t reg)
{
	return *(volatile uint32_t *)(APIC_BASE + reg);
}

/* Enable the APIC, with its timer masked. Two accesses. */
static inline void apic_enable(void)
{
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | SPURIOUS_VECTOR);
	apic_write(APIC_DIVIDE, DIVIDE_BY_1);
}

/* Enable the APIC; the timer's interrupts only wake the CPU. */
void apic_init(void);

/* Set the timer's period in bus clocks (nanoseconds in KVM). */
void apic_start_ticks(uint32_t clocks);
void apic_stop_ticks(void);

#endif
#endif /* GUEST_APIC_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timed HLTs by the local APIC (xAPIC mode, memory mapped: no port and no MSR
 * exits).
 *
 * Why one sleep is exactly one HLT exit: interrupts are off outside of
 * apic_sleep(), and STI lets one more instruction pass before an interrupt is
 * taken. So HLT is always executed, even when a tick has been pending for
 * long, and it exits before any interrupt is delivered. The interrupt ends
 * the halt, and HLT is not executed again. See Intel SDM 3A 11.5.4 (timer),
 * 2B STI; AMD APM 2, 16.4.
 *
 * Why ticks and not one shot per sleep: QEMU's TCG forgets, when it re-enters
 * a nested guest, that the guest was between STI and HLT. The interrupt is
 * then taken first, HLT waits for the next one, and there has to be a next
 * one. Still one HLT exit per sleep.
 */
#include "guest.h"

#define APIC_BASE	0xfee00000u
#define APIC_SPURIOUS	0x0f0
#define APIC_LVT_TIMER	0x320
#define APIC_INITIAL	0x380
#define APIC_DIVIDE	0x3e0

#define SPURIOUS_ENABLE	0x100
#define DIVIDE_BY_1	0x0b
#define TIMER_PERIODIC	(1 << 17)
#define LVT_MASKED	(1 << 16)

#define TIMER_VECTOR	0x40
#define SPURIOUS_VECTOR	0x4f
#define NR_VECTORS	0x50

struct gate {
	uint16_t offset_low, selector, type, offset_high;
};

struct idt_pointer {
	uint16_t limit;
	uint32_t base;
} __attribute__((packed));

extern char apic_timer_entry[];

static struct gate idt[NR_VECTORS];

static void apic_write(uint32_t reg, uint32_t value)
{
	*(volatile uint32_t *)(APIC_BASE + reg) = value;
}

/* A fault finds no gate and ends as a triple fault, visible to QEMU. */
void apic_init(void)
{
	const uint32_t entry = (uint32_t)apic_timer_entry;
	const struct idt_pointer pointer = {
		.limit = sizeof(idt) - 1,
		.base = (uint32_t)idt,
	};

	idt[TIMER_VECTOR] = (struct gate) {
		.offset_low = entry & 0xffff,
		.selector = 0x08,
		.type = 0x8e00,
		.offset_high = entry >> 16,
	};
	__asm__ volatile("lidt %0" : : "m"(pointer), "m"(idt));
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | SPURIOUS_VECTOR);
	apic_write(APIC_DIVIDE, DIVIDE_BY_1);
}

void apic_start_ticks(uint32_t clocks)
{
	apic_write(APIC_LVT_TIMER, TIMER_PERIODIC | TIMER_VECTOR);
	apic_write(APIC_INITIAL, clocks);
}

void apic_stop_ticks(void)
{
	apic_write(APIC_LVT_TIMER, LVT_MASKED);
	apic_write(APIC_INITIAL, 0);
}

void apic_sleep(void)
{
	__asm__ volatile("sti; hlt; cli" : : : "memory");
}

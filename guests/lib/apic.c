// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timed HLTs by the local APIC (xAPIC mode, memory mapped: no port and no MSR
 * exits).
 *
 * Why one sleep is exactly one HLT exit: interrupts are off outside of
 * sleep_until_interrupt(), and STI lets one more instruction pass before an
 * interrupt is taken. So HLT is always executed, even when a tick has been pending for
 * long, and it exits before any interrupt is delivered. The interrupt ends
 * the halt, and HLT is not executed again. See Intel SDM 3A 11.5.4 (timer),
 * 2B STI; AMD APM 2, 16.4.
 *
 * Why ticks and not one shot per sleep: QEMU's TCG forgets, when it re-enters
 * a nested guest, that the guest was between STI and HLT. The interrupt is
 * then taken first, HLT waits for the next one, and there has to be a next
 * one. Still one HLT exit per sleep.
 */
#include "apic.h"
#include "idt.h"

extern const char apic_timer_entry[];

void apic_init(void)
{
	idt_set(TIMER_VECTOR, apic_timer_entry);
	idt_load();
	apic_enable();
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timed HLTs with the local APIC (xAPIC mode, memory-mapped: no port and no MSR
 * exits).
 *
 * One sleep is exactly one HLT exit: interrupts are off outside of
 * sleep_until_interrupt(), and STI delays interrupts until after the next
 * instruction. HLT is therefore always executed, even if a tick is already
 * pending, and exits before an interrupt is delivered. The interrupt ends the
 * halt, and HLT is not executed again. See Intel SDM 3A 11.5.4 (timer), 2B STI;
 * AMD APM 2, 16.4.
 *
 * The timer is periodic and not one-shot: when QEMU's TCG re-enters a nested
 * guest, it loses the state between STI and HLT. The interrupt is then taken
 * before HLT, and HLT needs another one. This is still one HLT exit per sleep.
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

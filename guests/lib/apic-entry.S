/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Handler of the local APIC's timer interrupt: EOI to the APIC, no port I/O.
 */
#include "apic.h"

	.text
	.globl	apic_timer_entry
apic_timer_entry:
	movl	$0, APIC_BASE + APIC_EOI
	iret

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the local APIC's timer comes in: acknowledge it there, no port IO.
 */
#include "apic.h"

	.text
	.globl	apic_timer_entry
apic_timer_entry:
	movl	$0, APIC_BASE + APIC_EOI
	iret

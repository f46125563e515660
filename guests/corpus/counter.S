/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The digits from 0 to 9.
 *
 * Exits: 10 OUT, one per digit, without separators, then 1 HLT: 11 in total.
 * The reference has the same number.
 */
#include "../lib/real.h"

	.code16
	.text
	.globl	start
start:
	movb	$'0', %al
1:	outb	%al, $MINIVMM_PORT_CONSOLE
	incb	%al
	cmpb	$'9', %al
	jbe	1b
	guest_end

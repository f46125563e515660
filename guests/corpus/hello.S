/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A line of text.
 *
 * Exits: the line is 12 characters long, with "Hello," 6, the space 1, "KVM!" 4
 * and its end 1: 12 OUT, then 1 HLT, 13 in all. The reference has the same.
 */
#include "../lib/real.h"

	.code16
	.text
	.globl	start
start:
	movw	$text, %si
	movw	$(text_end - text), %cx
1:	lodsb
	outb	%al, $MINIVMM_PORT_CONSOLE
	loop	1b
	guest_end

text:	.ascii	"Hello, KVM!\n"
text_end:

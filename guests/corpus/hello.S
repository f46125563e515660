/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Print a line of text.
 *
 * Exits: the line has 12 characters ("Hello," 6, the space 1, "KVM!" 4, newline
 * 1): 12 OUT, then 1 HLT: 13 in total. The reference has the same number.
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

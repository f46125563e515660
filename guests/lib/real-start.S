/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The start of a real-mode guest in C: iteration count, stack, guest_main(),
 * end. Guests in assembly have their own "start" and do not link this file.
 */
#include "real.h"

	.code16
	.section .start, "ax"
	.globl	start
start:
	jmp	1f
	.balign	4, 0
iterations:
	.long	1
	/* All of ESP: the compiler's addresses are 32 bits wide. */
1:	movl	$0xfffc, %esp
	pushl	iterations
	calll	guest_main
	guest_end

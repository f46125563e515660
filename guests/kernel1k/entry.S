/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry to the kernel on interrupts and exceptions, and return.
 *
 * Each vector has its own few bytes of code (ENTRY_SIZE apart, idt.c computes
 * the addresses), because the CPU does not pass the vector. Some faults push an
 * error code; the others push 0, so that all have the layout of struct frame.
 */
#include "layout.h"

	.macro entry vector
	.balign	ENTRY_SIZE
	.if	!((\vector) == 8 || ((\vector) >= 10 && (\vector) <= 14) || (\vector) == 17 || (\vector) == 21)
	pushl	$0
	.endif
	pushl	$(\vector)
	jmp	enter
	.endm

	.text
	.balign	ENTRY_SIZE
	.globl	entries
entries:
	.set	nr, 0
	.rept	NR_ENTRIES
	entry	nr
	.set	nr, nr + 1
	.endr
	entry	VECTOR_SYSCALL

enter:
	pushal
	pushl	%ds
	pushl	%es
	movl	$KERNEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	cld
	pushl	%esp
	call	interrupt
	addl	$4, %esp
	popl	%es
	popl	%ds
	popal
	addl	$8, %esp
	iret

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Into the kernel and out of it.
 *
 * Each vector has its own few bytes of code (ENTRY_SIZE apart, idt.c computes
 * the addresses), since the CPU does not say which one it was. Some faults
 * push an error code; the others get a 0, so that struct frame fits all.
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

/*
 * user_run(entry, stack): the way into ring 3 is the way back from an
 * interrupt that never was. What C wants kept stays on the kernel's stack,
 * below which the CPU pushes when it comes out of ring 3.
 */
	.globl	user_run
user_run:
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	movl	%esp, kernel_esp
	pushl	%esp
	call	gdt_set_kernel_stack
	addl	$4, %esp
	movl	20(%esp), %eax
	movl	24(%esp), %edx
	movl	$USER_DATA, %ecx
	movl	%ecx, %ds
	movl	%ecx, %es
	movl	%ecx, %fs
	movl	%ecx, %gs
	pushl	%ecx
	pushl	%edx
	pushl	$EFLAGS_IF
	pushl	$USER_CODE
	pushl	%eax
	iret

/* user_leave(status): to where user_run was called */
	.globl	user_leave
user_leave:
	movl	4(%esp), %eax
	movl	kernel_esp, %esp
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret

	.bss
	.balign	4
kernel_esp:
	.skip	4

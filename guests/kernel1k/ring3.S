/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Out of the kernel into a program, and back when it has ended.
 */
#include "layout.h"

	.text
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

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entering a program in ring 3, and returning when it has ended.
 */
#include "layout.h"

	.text
/*
 * user_run(entry, stack): enter ring 3 with IRET from a constructed frame. The
 * registers that C must preserve stay on the kernel's stack; interrupts in ring
 * 3 push their frames below them.
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

/* user_leave(status): return to the caller of user_run() */
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

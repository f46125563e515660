/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Handlers of exceptions and interrupts: continue at the address that the
 * generator has set, or end with STATUS_FAULT if there is none.
 */
#include "../lib/apic.h"
#include "exits.h"

	.text
	.globl	trap_resume_error
trap_resume_error:
	addl	$4, %esp
	.globl	trap_resume
trap_resume:
	pushl	%eax
	xorl	%eax, %eax
	xchgl	resume_at, %eax
	testl	%eax, %eax
	jz	1f
	movl	%eax, 4(%esp)
	popl	%eax
	iret
1:	pushl	$STATUS_FAULT
	call	guest_exit

/* Single step: clear the trap flag. */
	.globl	trap_step
trap_step:
	andl	$~0x100, 8(%esp)
	iret

	.globl	trap_nmi
trap_nmi:
	cmpl	$0, nmi_again
	je	1f
	movl	$0, nmi_again
	movl	$ICR_NMI, APIC_BASE + APIC_ICR
1:	iret

	.globl	trap_irq
trap_irq:
	incl	irqs_seen
	movl	$0, APIC_BASE + APIC_EOI
	iret

/* INT from ring 3: return to the caller of user_call(). */
	.globl	trap_leave
trap_leave:
	movl	$SEL_DATA, %eax
	movw	%ax, %ds
	movw	%ax, %es
	movl	user_esp, %esp
	popal
	ret

/* user_call(entry, n): call entry(n) in ring 3 with EFLAGS.AC and its own stack. */
	.globl	user_call
user_call:
	movl	4(%esp), %eax
	movl	8(%esp), %ecx
	pushal
	movl	%esp, user_esp
	movl	$user_stack_top - 8, %edx
	movl	$user_end, (%edx)
	movl	%ecx, 4(%edx)
	pushl	$SEL_USER_DATA
	pushl	%edx
	pushl	$0x40002
	pushl	$SEL_USER_CODE
	pushl	%eax
	movl	$SEL_USER_DATA, %eax
	movw	%ax, %ds
	movw	%ax, %es
	iret
user_end:
	int	$0x30

	.section .chosen, "a"
	.globl	chosen_row, chosen_n
chosen_row:	.long 0
chosen_n:	.long 0

	.bss
	.balign	16
user_stack:
	.skip	0x400
user_stack_top:
	.globl	resume_at, irqs_seen, nmi_again
user_esp:	.long 0
resume_at:	.long 0
irqs_seen:	.long 0
nmi_again:	.long 0

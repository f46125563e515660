/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generators that need 64-bit mode: CR8. Entering it causes
 *
 *   VMX   CR_ACCESS 2 (CR4.PAE, CR0.PG), MSR_WRITE 1 (EFER)
 *   SVM   WRITE_CR4 1, WRITE_CR0 1, MSR 1
 *
 * These generators do not return: the guest ends with status 0.
 */
#include "../lib/abi.h"
#include "../lib/apic.h"
#include "../lib/instructions.h"
#include "exits.h"

#define CR4_PAE		0x20
#define CR0_PAGING	0x80000011
#define PAGE_BITS	0x83		/* present, writable, 2 MiB */

	.text
/*
 * long_mode(entry, n): identity-map the first and the last GiB and jump to
 * entry with n in ECX. There is no interrupt table.
 */
	.globl	long_mode
long_mode:
	call	descriptors_load
	movl	$directories, %edi
	movl	$PAGE_BITS, %eax
	call	fill_directory
	movl	$0xc0000000 | PAGE_BITS, %eax
	call	fill_directory
	movl	$directories + 3, pointers
	movl	$directories + 0x1000 + 3, pointers + 3 * 8
	movl	$pointers + 3, top
	movl	$CR4_PAE, %eax
	movl	%eax, %cr4
	movl	$top, %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	movl	$EFER_LME, %eax
	xorl	%edx, %edx
	wrmsr
	movl	4(%esp), %ebx
	movl	8(%esp), %ecx
	movl	$CR0_PAGING, %eax
	movl	%eax, %cr0
	ljmp	$SEL_CODE64, $long_start

/* Fill 512 entries at EDI, starting with EAX. */
fill_directory:
	movl	$512, %ecx
1:	movl	%eax, (%edi)
	movl	$0, 4(%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	loop	1b
	ret

	.code64
long_start:
	movl	%ebx, %ebx
	call	*%rbx
	xorl	%eax, %eax
	outb	%al, $MINIVMM_PORT_EXIT
1:	jmp	1b

	.globl	long_cr8
long_cr8:
	movl	%ecx, %eax
	andl	$15, %eax
	movq	%rax, %cr8
	loop	long_cr8
	ret

/* This sets no V_IRQ, with which a write of CR8 crashes QEMU's TCG. */
	.globl	long_cr8_pending
long_cr8_pending:
	movl	$15, %eax
	movq	%rax, %cr8
	movl	$APIC_BASE + APIC_ICR, %ebx
	movl	$ICR_SELF | TIMER_VECTOR, (%rbx)
1:	movl	%ecx, %eax
	orl	$8, %eax
	andl	$15, %eax
	movq	%rax, %cr8
	loop	1b
	ret

/* Raise the task priority, send an interrupt, lower it; never take it. */
	.globl	long_tpr
long_tpr:
	movl	$15, %edx
	xorl	%eax, %eax
	movl	$APIC_BASE + APIC_ICR, %ebx
1:	movq	%rdx, %cr8
	movl	$ICR_SELF | TIMER_VECTOR, (%rbx)
	movq	%rax, %cr8
	loop	1b
	ret

	.bss
	.balign	0x1000
top:		.skip	0x1000
pointers:	.skip	0x1000
directories:	.skip	0x2000

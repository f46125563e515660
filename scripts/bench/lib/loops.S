/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest of exitloop.c: for each kind of VM exit, a loop that causes it ESI
 * times between two readings of the TSC, which KVM does not intercept. The
 * difference goes to EDX:EAX, and a write to the port DONE ends the run.
 *
 * 32-bit protected mode, no paging, interrupts off. The code must be position-
 * independent, because the VMM copies it.
 */
#define DONE	0xf4
#define VECTOR	0x40
#define LAPIC_EOI	0xfee000b0
#define LAPIC_ICR	0xfee00300

/* setup: once before the first TSC; cleanup: once after the second. */
.macro loop name, setup, body, cleanup
	.globl	\name
\name:
	\setup
	movl	%eax, %ebp
	movl	%edx, %ebx
	rdtsc
	movl	%eax, start_low - base(%edi)
	movl	%edx, start_high - base(%edi)
	movl	%ebp, %eax
	movl	%ebx, %edx
1:
	\body
	decl	%esi
	jnz	1b
	rdtsc
	movl	%eax, %ebp
	movl	%edx, %ebx
	\cleanup
	movl	%ebp, %eax
	movl	%ebx, %edx
	subl	start_low - base(%edi), %eax
	sbbl	start_high - base(%edi), %edx
	outb	%al, $DONE
	hlt
.endm

.macro none
.endm

.macro leaf
	xorl	%eax, %eax
	xorl	%ecx, %ecx
	cpuid
.endm

/* The POST code port, which has no device in the kernel. */
.macro out_user
	outb	%al, $0x80
.endm

/* The interrupt mask of KVM's own first PIC. */
.macro mask
	movb	$0xff, %al
.endm
.macro out_kernel
	outb	%al, $0x21
.endm

/* PAT's value after reset. */
.macro pat
	movl	$0x277, %ecx
	movl	$0x00070406, %eax
	movl	%eax, %edx
.endm
.macro write_msr
	wrmsr
.endm

/* A deadline after the end of the loop, since a guest's is also in the future. */
.macro deadline
	rdtsc
	addl	$0x10000000, %eax
	adcl	$0, %edx
	movl	$0x6e0, %ecx
.endm
.macro no_deadline
	xorl	%eax, %eax
	xorl	%edx, %edx
	wrmsr
.endm

/*
 * A self-IPI, delivered at the NOP or pending at HLT, where KVM ends the halt
 * immediately. Each has an exit for ICR and one for EOI; HLT is another one.
 */
.macro self_ipi
	movl	$(0x44000 | VECTOR), LAPIC_ICR
	sti
	nop
	cli
.endm
.macro halt
	movl	$(0x44000 | VECTOR), LAPIC_ICR
	sti
	hlt
	cli
.endm

	.section .rodata
	.code32
	.balign	16
	.globl	guest_start, guest_end
guest_start:
base:
start_low:
	.long	0
start_high:
	.long	0
	loop	loop_cpuid, none, leaf, none
	loop	loop_io_user, none, out_user, none
	loop	loop_hlt_user, none, hlt, none
	loop	loop_io_kernel, mask, out_kernel, none
	loop	loop_msr_write, pat, write_msr, none
	loop	loop_fastpath, deadline, write_msr, no_deadline
	loop	loop_self_ipi, none, self_ipi, none
	loop	loop_halt, none, halt, none
	.globl	loop_interrupt
loop_interrupt:
	movl	$0, LAPIC_EOI
	iretl
guest_end:

	.section .note.GNU-stack, "", @progbits

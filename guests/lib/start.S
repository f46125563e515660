/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the reset vector to guest_main(): real mode, flat 32-bit protected mode,
 * stack, cleared .bss. The image is QEMU's firmware (-bios), so no other code
 * runs before the guest, and all exits are the guest's.
 *
 * Exits: moves to CR0, and page faults for the first pages; none of the kinds
 * that guests.cfg counts.
 */
#include "abi.h"
#include "segments.h"

#define WANTS	(MINIVMM_WANTS_IRQCHIP | MINIVMM_IS_FIRMWARE)

	.code16
	.section .start16, "ax"
start16:
	cli
	/* CS still has its base from reset: the start of this image. */
	lgdtl	%cs:gdt_pointer_offset
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	$0x08, $start32

/* For minivmm. */
	.section .header, "a"
	.balign	4
	.long	MINIVMM_HEADER_MAGIC, MINIVMM_ABI_VERSION, WANTS
	.long	-(MINIVMM_HEADER_MAGIC + MINIVMM_ABI_VERSION + WANTS)

	.section .start32, "ax"
	.code32
	.globl	start32
start32:
	movw	$0x10, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	movl	$stack_top, %esp
	movl	$bss_start, %edi
	movl	$bss_end, %ecx
	subl	%edi, %ecx
	xorl	%eax, %eax
	cld
	rep stosb
	call	guest_main
	pushl	%eax
	call	guest_exit

	.section .rodata
	.balign	8
gdt:
	.quad	0
	.quad	FLAT_CODE		/* 0x08 */
	.quad	FLAT_DATA		/* 0x10 */
	.globl	gdt_pointer
gdt_pointer:
	.word	. - gdt - 1
	.long	gdt

	.code16
	.section .reset, "ax"
	jmp	start16
	.balign	16, 0xf4

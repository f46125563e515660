/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The entry point for the boot loader: 32-bit protected mode, the loader's flat
 * segments, no paging, no stack (Multiboot Specification 0.6.96, 3.2). There
 * are two headers, one for multiboot loaders and one for minivmm.
 */
#include "../lib/abi.h"
#include "../lib/multiboot.h"

#define MULTIBOOT_FLAGS	0
#define WANTS		(MINIVMM_WANTS_IRQCHIP | MINIVMM_WANTS_TIMER)

	.section .headers, "a"
	.balign	4
	.long	MULTIBOOT_HEADER_MAGIC, MULTIBOOT_FLAGS
	.long	-(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_FLAGS)
	.long	MINIVMM_HEADER_MAGIC, MINIVMM_ABI_VERSION, WANTS
	.long	-(MINIVMM_HEADER_MAGIC + MINIVMM_ABI_VERSION + WANTS)

	.text
	.globl	start
start:
	cli
	cld
	movl	$kernel_stack_top, %esp
	call	kernel_main

	.bss
	.balign	16
	.skip	8192
kernel_stack_top:

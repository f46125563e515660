/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The start of a 64-bit guest: EBX has the address of the multiboot
 * information, RSP the end of the memory. One exit, at the end.
 */
#include "abi.h"
#include "multiboot.h"

	.globl	start
start:
	movl	MULTIBOOT_INFO_CMDLINE(%rbx), %edi
	call	guest_main
	outb	%al, $MINIVMM_PORT_EXIT
1:	jmp	1b

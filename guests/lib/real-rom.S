/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stub that turns a real-mode guest into firmware: starting at the reset
 * vector, it copies the image from the ROM to RAM at 64 KiB and jumps there
 * with the state that minivmm would set.
 *
 * Before the far jump, CS has its base from reset, the start of the ROM below 4
 * GiB, so no copy of the ROM below 1 MiB is needed. No exits of the kinds that
 * guests.cfg counts.
 */
#define RAM_SEGMENT	0x1000
#define STUB_OFFSET	0xff00	/* same as in real.lds: the image is below it */

	.code16
	.section .stub, "ax"
stub:
	movw	$RAM_SEGMENT, %ax
	movw	%ax, %es
	xorw	%si, %si
	xorw	%di, %di
	movw	$(STUB_OFFSET / 4), %cx
	rep movsl %cs:(%si), %es:(%di)
	movw	%ax, %ds
	movw	%ax, %ss
	ljmpw	$RAM_SEGMENT, $0

	.section .reset, "ax"
	jmp	stub
	.balign	16, 0

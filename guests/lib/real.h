/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The library of the real-mode guests: one program that prints on the console
 * port and ends. In C (16-bit code, 32-bit registers) or in assembly.
 *
 * An image starts at its first byte with CS = DS = ES = SS, offset 0 and zero
 * after its end, up to 64 KiB; interrupts are off. It must not load a segment
 * register: where in memory the segment lies is the VMM's affair.
 *
 * The same sources make NAME.bin for minivmm, which ends by HLT, and NAME.rom,
 * 64 KiB of firmware for QEMU, which ends by the exit port (QEMU would sleep
 * for ever in HLT). Everything else is the same code, so that a NAME.rom has as
 * many exits as NAME.bin.
 *
 * Each function says which exits it causes. Nothing else causes one that is
 * counted in guests.cfg.
 */
#ifndef REAL_H
#define REAL_H

#include "abi.h"

#ifdef __ASSEMBLER__

/*
 * One exit: HLT, or port IO in firmware. Where there are interrupts, which
 * nobody here asks for, HLT is only a pause, and port IO a second exit.
 */
	.macro guest_end
#ifndef GUEST_ROM
	hlt
#endif
	xorb	%al, %al
	outb	%al, $MINIVMM_PORT_EXIT
	.endm

#else /* C */

#include <stdint.h>

/*
 * Written by each guest in C; the end follows, one exit. @iterations: how often a
 * benchmark does its work before it prints, at least 1. It is the 32-bit
 * little-endian word at offset 4 of NAME.bin and of NAME.rom; a script that
 * wants another number than 1 writes it there.
 */
void guest_main(uint32_t iterations);

/* Makes the compiler do work again whose result it knows. */
static inline void forget_memory(void)
{
	__asm__ volatile("" : : : "memory");
}

/* One port IO exit. */
static inline void put_char(char c)
{
	__asm__ volatile("outb %0, %1"
			 : : "a"(c), "Nd"((uint16_t)MINIVMM_PORT_CONSOLE));
}

/* One port IO exit per decimal digit; no leading zeros. */
void put_number(uint32_t n);

#endif
#endif /* REAL_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The library of the real-mode guests: one program that prints on the console
 * port and ends. In C (16-bit code, 32-bit registers) or in assembly.
 *
 * An image starts at its first byte with CS = DS = ES = SS, offset 0, and zeros
 * after its end, up to 64 KiB; interrupts are off. It must not load a segment
 * register, because the VMM chooses the address of the segment.
 *
 * NAME.bin, for minivmm, ends with HLT. NAME.rom, 64 KiB of firmware for QEMU,
 * ends with the exit port, because QEMU would sleep for ever in HLT. All other
 * code is the same, so both have the same number of exits.
 *
 * The comment of each function has the exits that it causes. Nothing else
 * causes exits that guests.cfg counts.
 */
#ifndef REAL_H
#define REAL_H

#include "abi.h"

#ifdef __ASSEMBLER__

/*
 * One exit: HLT, or port I/O in firmware. If interrupts were on, which no guest
 * here does, HLT would return, and port I/O would be a second exit.
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
 * Defined by each guest in C; the guest ends after it, with one exit.
 * @iterations: how often a benchmark does its work before it prints, at least 1.
 * It is the 32-bit little-endian word at offset 4 of NAME.bin and of NAME.rom,
 * which a script can overwrite.
 */
void guest_main(uint32_t iterations);

/* Keep the compiler from removing repeated work. */
static inline void forget_memory(void)
{
	__asm__ volatile("" : : : "memory");
}

/* One port I/O exit. */
static inline void put_char(char c)
{
	__asm__ volatile("outb %0, %1"
			 : : "a"(c), "Nd"((uint16_t)MINIVMM_PORT_CONSOLE));
}

/* One port I/O exit per decimal digit; no leading zeros. */
void put_number(uint32_t n);

#endif
#endif /* REAL_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What minivmm offers to its guests beyond a PC's own devices: a few ports, and
 * a header by which an image says what it needs. Version 1; a later version
 * may add ports and flags, and changes none. Used by guests (also in assembly)
 * and by minivmm; docs/minivmm.md describes it with examples.
 *
 * The console and the exit port are where QEMU has the like of them, so that
 * guests which use no other port run there too:
 *	-debugcon stdio -device isa-debug-exit,iobase=0xf4,iosize=1
 * Each access of each port is one exit, which KVM hands to the VMM.
 */
#ifndef MINIVMM_ABI_H
#define MINIVMM_ABI_H

#define MINIVMM_ABI_VERSION	1

/* OUT, 1 byte: a character for standard output. */
#define MINIVMM_PORT_CONSOLE	0xe9

/*
 * OUT, 1 byte: ends this vCPU's program with this status. The VMM's own is 0
 * when all vCPUs ended with 0. (QEMU ends at once, with status * 2 + 1.)
 */
#define MINIVMM_PORT_EXIT	0xf4

/* IN, 4 bytes: MINIVMM_ABI_MAGIC + version; all ones where nobody answers. */
#define MINIVMM_PORT_ABI	0x5e0
#define MINIVMM_ABI_MAGIC	0x4d560000

/*
 * IN, 4 bytes: the next byte of standard input, for which it waits, or all
 * ones at its end.
 */
#define MINIVMM_PORT_INPUT	0x5e4

/* IN, 4 bytes: the index of the vCPU that asks. */
#define MINIVMM_PORT_VCPU	0x5e8

/*
 * The header: four little-endian 32-bit words at a multiple of 4 in the first
 * 4 KiB of an image: magic, version, flags, and what makes the sum of all four
 * 0. An image without one gets none of what the flags ask for, and starts in
 * real mode, unless it is of a kind that says more (ELF, bzImage).
 */
#define MINIVMM_HEADER_MAGIC	0x694d564d	/* "MVMi" */
#define MINIVMM_WANTS_IRQCHIP	0x1	/* PIC, IOAPIC and local APICs, in KVM */
#define MINIVMM_WANTS_TIMER	0x2	/* PIT, in KVM; and the irqchip */
#define MINIVMM_WANTS_PROTECTED	0x4	/* start in flat 32-bit mode, no paging */
#define MINIVMM_WANTS_LONG	0x8	/* start in 64-bit mode, first GiB mapped */
#define MINIVMM_IS_FIRMWARE	0x10	/* ends at 4 GiB, starts at the reset vector */

#endif

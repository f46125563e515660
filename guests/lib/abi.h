/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between minivmm and its guests, besides PC devices: a few
 * ports, and an image header with the requirements of the guest. Version 1;
 * later versions may add ports and flags, but do not change existing ones. Used
 * by guests (also in assembly) and by minivmm; docs/minivmm.md has examples.
 *
 * QEMU has compatible devices for the console and the exit port, so guests that
 * use no other port also run there:
 *	-debugcon stdio -device isa-debug-exit,iobase=0xf4,iosize=1
 * Each access to a port is one exit that KVM returns to the VMM.
 */
#ifndef MINIVMM_ABI_H
#define MINIVMM_ABI_H

#define MINIVMM_ABI_VERSION	1

/* OUT, 1 byte: a character for standard output. */
#define MINIVMM_PORT_CONSOLE	0xe9

/*
 * OUT, 1 byte: end this vCPU's program with this status. minivmm's exit status
 * is 0 if all vCPUs ended with 0. (QEMU exits immediately, with status * 2 +
 * 1.)
 */
#define MINIVMM_PORT_EXIT	0xf4

/* IN, 4 bytes: MINIVMM_ABI_MAGIC + version; all ones if not supported. */
#define MINIVMM_PORT_ABI	0x5e0
#define MINIVMM_ABI_MAGIC	0x4d560000

/*
 * IN, 4 bytes: wait for the next byte of standard input; all ones at the end of
 * the input.
 */
#define MINIVMM_PORT_INPUT	0x5e4

/* IN, 4 bytes: the index of this vCPU. */
#define MINIVMM_PORT_VCPU	0x5e8

/*
 * The header: four little-endian 32-bit words at a multiple of 4 in the first 4
 * KiB of an image: magic, version, flags, and a checksum that makes the sum of
 * all four 0. An image without a header has no flags, and starts in real mode
 * unless its format (ELF, bzImage) defines the mode.
 */
#define MINIVMM_HEADER_MAGIC	0x694d564d	/* "MVMi" */
#define MINIVMM_WANTS_IRQCHIP	0x1	/* PIC, IOAPIC and local APICs, in KVM */
#define MINIVMM_WANTS_TIMER	0x2	/* PIT, in KVM; and the irqchip */
#define MINIVMM_WANTS_PROTECTED	0x4	/* start in flat 32-bit mode, no paging */
#define MINIVMM_WANTS_LONG	0x8	/* start in 64-bit mode, first GiB mapped */
#define MINIVMM_IS_FIRMWARE	0x10	/* ends at 4 GiB, starts at the reset vector */

#endif

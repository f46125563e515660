/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of the multiboot interface (Multiboot Specification 0.6.96, 3.1.1
 * and 3.3) that minivmm, which loads ELF images, and guests use, also in
 * assembly.
 */
#ifndef MULTIBOOT_H
#define MULTIBOOT_H

/* The header is three words that add up to 0: magic, flags, checksum. */
#define MULTIBOOT_HEADER_MAGIC	0x1badb002

/* In EAX at the start of a program; EBX has the address of the information. */
#define MULTIBOOT_BOOT_MAGIC	0x2badb002

/* Offset of the command line's address in the information */
#define MULTIBOOT_INFO_CMDLINE	16

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

struct multiboot_info {
	uint32_t flags, mem_lower, mem_upper, boot_device, cmdline;
	uint32_t mods_count, mods_addr, syms[4], mmap_length, mmap_addr;
	uint32_t drives_length, drives_addr, config_table, boot_loader_name;
};

_Static_assert(offsetof(struct multiboot_info, cmdline) ==
	       MULTIBOOT_INFO_CMDLINE, "not where the specification has it");

#endif
#endif

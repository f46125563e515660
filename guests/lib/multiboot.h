/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a multiboot loader and what it loads know of each other (Multiboot
 * Specification 0.6.96, 3.1.1 and 3.3), as far as one of them uses it: minivmm,
 * which loads ELF images so, and guests, also in assembly.
 */
#ifndef MULTIBOOT_H
#define MULTIBOOT_H

/* Of the header, three words that add up to 0: this, flags, the rest. */
#define MULTIBOOT_HEADER_MAGIC	0x1badb002

/* In EAX at the program's start; EBX has the address of the information. */
#define MULTIBOOT_BOOT_MAGIC	0x2badb002

/* Where the information has the address of the command line. */
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

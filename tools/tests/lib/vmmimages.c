// SPDX-License-Identifier: GPL-2.0-only
/* Implements vmmimages.h. */
#include <asm/bootparam.h>
#include <elf.h>
#include <string.h>

#include "abi.h"
#include "vmmimages.h"

#define CODE_BYTES	16
#define MULTIBOOT	0x1badb002u
#define SECTOR		512

static void put_words(uint8_t *at, const uint32_t *words, size_t bytes)
{
	memcpy(at, words, bytes);
}

static size_t make_flat(uint8_t *data)
{
	const uint32_t header[] = {
		MINIVMM_HEADER_MAGIC, MINIVMM_ABI_VERSION,
		MINIVMM_WANTS_TIMER, 0u - MINIVMM_HEADER_MAGIC -
		MINIVMM_ABI_VERSION - MINIVMM_WANTS_TIMER,
	};

	data[0] = 0xf4;
	put_words(data + 64, header, sizeof(header));
	return 128;
}

static void make_multiboot(uint8_t *data)
{
	const uint32_t header[] = { MULTIBOOT, 3, 0u - MULTIBOOT - 3 };

	put_words(data + VMMIMAGE_MULTIBOOT_AT, header, sizeof(header));
	memset(data + VMMIMAGE_CODE_AT, 0xf4, CODE_BYTES);
}

/* A segment at 1 MiB; its virtual address may differ. */
#define MAKE_ELF(_bits, _machine, _entry, _vaddr) \
static size_t make_elf##_bits(uint8_t *data) \
{ \
	const Elf##_bits##_Ehdr e = { \
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS##_bits, \
			     ELFDATA2LSB, 1 }, \
		.e_type = ET_EXEC, .e_machine = (_machine), .e_version = 1, \
		.e_entry = (_entry), .e_phoff = sizeof(e), \
		.e_ehsize = sizeof(e), .e_phnum = 1, \
		.e_phentsize = sizeof(Elf##_bits##_Phdr), \
	}; \
	const Elf##_bits##_Phdr p = { \
		.p_type = PT_LOAD, .p_offset = VMMIMAGE_CODE_AT, \
		.p_vaddr = (_vaddr), .p_paddr = 0x100000, \
		.p_filesz = CODE_BYTES, .p_memsz = 0x1000, \
	}; \
\
	memcpy(data, &e, sizeof(e)); \
	memcpy(data + sizeof(e), &p, sizeof(p)); \
	make_multiboot(data); \
	return VMMIMAGE_CODE_AT + CODE_BYTES; \
}

MAKE_ELF(32, EM_386, 0xc0100004, 0xc0100000)
MAKE_ELF(64, EM_X86_64, 0x100000, 0x100000)

static size_t make_linux(uint8_t *data)
{
	const struct setup_header h = {
		.setup_sects = 1, .syssize = SECTOR / 16, .boot_flag = 0xaa55,
		.jump = 0x6aeb, .header = 0x53726448, .version = 0x20f,
		.loadflags = LOADED_HIGH, .initrd_addr_max = 0x7fffffff,
		.cmdline_size = 2047, .pref_address = 0x100000,
		.init_size = 0x10000,
	};

	memcpy(data + 0x1f1, &h, sizeof(h));
	memset(data + 2 * SECTOR, 0xf4, SECTOR);
	return 3 * SECTOR;
}

size_t vmmimage_make(enum vmmimage kind, uint8_t data[VMMIMAGE_BYTES])
{
	static size_t (*const make[])(uint8_t *data) = {
		[VMMIMAGE_FLAT] = make_flat,
		[VMMIMAGE_ELF32] = make_elf32,
		[VMMIMAGE_ELF64] = make_elf64,
		[VMMIMAGE_LINUX] = make_linux,
	};

	memset(data, 0, VMMIMAGE_BYTES);
	return make[kind](data);
}

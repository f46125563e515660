// SPDX-License-Identifier: GPL-2.0-only
/*
 * ELF images: 32-bit ones start in protected mode, 64-bit ones in long mode,
 * both as the Multiboot Specification 0.6.96 has it (section 3.2): EAX has the
 * magic number and EBX the address of the information. A multiboot header is
 * not required, but when there is one it must not ask for what is not given.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>

#include "load.h"

#define MEMORY		(16u << 20)
#define MAX_SEGMENTS	64

#define HEADER_MAGIC	0x1badb002
#define HEADER_WITHIN	8192
#define HEADER_BYTES	12
#define MUST_KNOWN	0x3	/* alignment of modules, memory information */
#define MUST_MASK	0xffff
#define BOOT_MAGIC	0x2badb002
#define INFO_MEMORY	0x1
#define INFO_CMDLINE	0x4
#define INFO_MMAP	0x40
#define INFO_NAME	0x200
#define LOWER_BYTES	0xa0000
#define UPPER_START	0x100000
#define CMDLINE_BYTES	1024

/* Both classes in one form. */
struct segment {
	uint64_t offset, vaddr, paddr, filesz, memsz;
};

struct headers {
	uint64_t entry, phoff;
	unsigned int phentsize, phnum;
};

struct info {
	uint32_t flags, mem_lower, mem_upper, boot_device, cmdline;
	uint32_t mods_count, mods_addr, syms[4], mmap_length, mmap_addr;
	uint32_t drives_length, drives_addr, config_table, boot_loader_name;
};

struct range {
	uint32_t size;
	uint64_t addr, len;
	uint32_t type;
} __attribute__((packed));

/* What is placed at AREA_INFO. */
struct area {
	struct info info;
	struct range ranges[2];
	char name[16];
	char cmdline[CMDLINE_BYTES];
};

_Static_assert(AREA_INFO + sizeof(struct area) <= AREA_TABLES,
	       "the information lies in the page tables");

static bool is_elf(const struct image *image)
{
	return image->len >= SELFMAG && !memcmp(image->data, ELFMAG, SELFMAG);
}

static bool is_long(const struct image *image)
{
	return image->data[EI_CLASS] == ELFCLASS64;
}

#define FILL(h, e) do { \
	(h)->entry = (e).e_entry; \
	(h)->phoff = (e).e_phoff; \
	(h)->phentsize = (e).e_phentsize; \
	(h)->phnum = (e).e_phnum; \
} while (0)

static int wrong(const struct image *image, const char *what, struct errbuf *err)
{
	return err_set(err, -EINVAL, "%s: bad ELF: %s", image->name, what);
}

static int read_headers(const struct image *image, struct headers *h,
			struct errbuf *err)
{
	Elf32_Ehdr e32;
	Elf64_Ehdr e64;
	uint16_t machine, type;

	if (image->len < sizeof(e64))
		return wrong(image, "shorter than its header", err);
	memcpy(&e32, image->data, sizeof(e32));
	memcpy(&e64, image->data, sizeof(e64));
	/* both classes have these two, and what is before, in one place */
	type = e64.e_type;
	machine = e64.e_machine;
	if (e64.e_ident[EI_DATA] != ELFDATA2LSB || type != ET_EXEC ||
	    machine != (is_long(image) ? EM_X86_64 : EM_386))
		return wrong(image, "not a static program for x86", err);
	if (is_long(image))
		FILL(h, e64);
	else
		FILL(h, e32);
	if (h->phentsize != (is_long(image) ? sizeof(Elf64_Phdr) :
					      sizeof(Elf32_Phdr)))
		return wrong(image, "size of program headers", err);
	if (!h->phnum || h->phnum > MAX_SEGMENTS)
		return wrong(image, "number of program headers", err);
	if (h->phoff > image->len ||
	    (uint64_t)h->phentsize * h->phnum > image->len - h->phoff)
		return wrong(image, "program headers beyond its end", err);
	return 0;
}

#define TAKE(s, p) do { \
	*(s) = (struct segment) { (p).p_offset, (p).p_vaddr, (p).p_paddr, \
				  (p).p_filesz, (p).p_memsz }; \
	type = (p).p_type; \
} while (0)

/* The @i-th segment; false when it is not to be loaded. */
static bool read_segment(const struct image *image, const struct headers *h,
			 unsigned int i, struct segment *s)
{
	const uint8_t *at = image->data + h->phoff + (uint64_t)i * h->phentsize;
	Elf32_Phdr p32;
	Elf64_Phdr p64;
	uint32_t type;

	if (is_long(image)) {
		memcpy(&p64, at, sizeof(p64));
		TAKE(s, p64);
	} else {
		memcpy(&p32, at, sizeof(p32));
		TAKE(s, p32);
	}
	return type == PT_LOAD && s->memsz;
}

/* Memory is zero already where the file has nothing for it. */
static int load_segment(const struct image *image, const struct memory *memory,
			const struct segment *s, struct errbuf *err)
{
	if (s->filesz > s->memsz)
		return wrong(image, "a segment's file is larger than its memory", err);
	if (s->offset > image->len || s->filesz > image->len - s->offset)
		return wrong(image, "a segment beyond its end (truncated?)", err);
	if (!memory_at(memory, s->paddr, s->memsz) ||
	    memory_write(memory, s->paddr, image->data + s->offset, s->filesz))
		return err_set(err, -EFBIG,
			       "%s: a segment at 0x%llx of %llu bytes, beyond the memory (--memory gives more)",
			       image->name, (unsigned long long)s->paddr,
			       (unsigned long long)s->memsz);
	return 0;
}

/* The entry is an address of the program's own; where is that in memory? */
static bool holds_entry(const struct segment *s, uint64_t entry, uint64_t *at)
{
	if (entry < s->vaddr || entry - s->vaddr >= s->memsz)
		return false;
	*at = entry - s->vaddr + s->paddr;
	return true;
}

static int load_segments(const struct image *image, const struct memory *memory,
			 struct boot *boot, struct errbuf *err)
{
	struct headers h;
	struct segment s;
	bool found = false;
	int rc = read_headers(image, &h, err);

	for (unsigned int i = 0; !rc && i < h.phnum; i++) {
		if (!read_segment(image, &h, i, &s))
			continue;
		rc = load_segment(image, memory, &s, err);
		found |= holds_entry(&s, h.entry, &boot->entry);
	}
	if (!rc && !found)
		return wrong(image, "the entry is in no segment", err);
	return rc;
}

static int check_multiboot(const struct image *image, struct errbuf *err)
{
	for (size_t at = 0; at + HEADER_BYTES <= image->len &&
	     at + HEADER_BYTES <= HEADER_WITHIN; at += 4) {
		uint32_t flags = image_word(image, at + 4);

		if (image_word(image, at) != HEADER_MAGIC ||
		    HEADER_MAGIC + flags + image_word(image, at + 8))
			continue;
		if (flags & MUST_MASK & ~MUST_KNOWN)
			return err_set(err, -EINVAL,
				       "%s: its multiboot header asks for 0x%x (there is memory information only)",
				       image->name, flags & MUST_MASK & ~MUST_KNOWN);
		return 0;
	}
	return 0;
}

static int inspect_elf(const struct image *image, struct boot *boot,
		       struct errbuf *err)
{
	struct headers h;
	int rc = read_headers(image, &h, err);

	if (rc)
		return rc;
	boot->mode = is_long(image) ? MODE_LONG : MODE_PROTECTED;
	return check_multiboot(image, err);
}

/* Memory as a PC has it: to 640 KiB, and from 1 MiB to what is ours. */
static void fill_info(struct area *a, uint64_t at, const struct boot *boot)
{
	uint64_t lower = boot->area < LOWER_BYTES ? boot->area : LOWER_BYTES;
	uint64_t upper = boot->area > UPPER_START ? boot->area - UPPER_START : 0;
	uint32_t base = (uint32_t)at;

	a->ranges[0] = (struct range) { sizeof(a->ranges[0]) - 4, 0, lower, 1 };
	a->ranges[1] = (struct range) { sizeof(a->ranges[0]) - 4, UPPER_START,
					upper, 1 };
	snprintf(a->name, sizeof(a->name), "minivmm");
	snprintf(a->cmdline, sizeof(a->cmdline), "%s",
		 boot->append ? boot->append : "");
	a->info = (struct info) {
		.flags = INFO_MEMORY | INFO_CMDLINE | INFO_MMAP | INFO_NAME,
		.mem_lower = (uint32_t)(lower >> 10),
		.mem_upper = (uint32_t)(upper >> 10),
		.cmdline = base + (uint32_t)offsetof(struct area, cmdline),
		.mmap_addr = base + (uint32_t)offsetof(struct area, ranges),
		.mmap_length = upper ? sizeof(a->ranges) : sizeof(a->ranges[0]),
		.boot_loader_name = base + (uint32_t)offsetof(struct area, name),
	};
}

static int load_elf(const struct image *image, const struct memory *memory,
		    struct boot *boot, struct errbuf *err)
{
	struct memory below = { memory->base, memory->size - AREA_BYTES };
	struct area area = { 0 };
	int rc;

	boot->area = below.size;
	rc = load_segments(image, &below, boot, err);
	if (rc)
		return rc;
	if (boot->append && strlen(boot->append) >= CMDLINE_BYTES)
		return err_set(err, -EINVAL, "--append: longer than %d bytes",
			       CMDLINE_BYTES - 1);
	boot->rax = BOOT_MAGIC;
	boot->rbx = boot->area + AREA_INFO;
	boot->rsp = boot->area;
	fill_info(&area, boot->rbx, boot);
	memory_write(memory, boot->rbx, &area, sizeof(area));
	return 0;
}

const struct image_kind kind_elf = {
	.name = "ELF", .memory = MEMORY,
	.is = is_elf, .inspect = inspect_elf, .load = load_elf,
};

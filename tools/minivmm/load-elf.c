// SPDX-License-Identifier: GPL-2.0-only
/*
 * ELF images: 32-bit ones start in protected mode, 64-bit ones in long mode. As
 * in the Multiboot Specification 0.6.96 (section 3.2), EAX has the magic number
 * and EBX the address of the information. A multiboot header is optional; if
 * there is one, it must not require unsupported features.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>

#include "load-elf.h"
#include "multiboot.h"

#define MEMORY		(16u << 20)
#define MAX_SEGMENTS	64

#define HEADER_WITHIN	8192
#define HEADER_WORDS	3
#define MUST_KNOWN	0x3	/* alignment of modules, memory information */
#define MUST_MASK	0xffff
#define INFO_MEMORY	0x1
#define INFO_CMDLINE	0x4
#define INFO_MMAP	0x40
#define INFO_NAME	0x200
#define LOWER_BYTES	0xa0000
#define UPPER_START	0x100000
#define CMDLINE_BYTES	1024

struct range {
	uint32_t size;
	uint64_t addr, len;
	uint32_t type;
} __attribute__((packed));

/* The data at AREA_INFO */
struct area {
	struct multiboot_info info;
	struct range ranges[2];
	char name[16];
	char cmdline[CMDLINE_BYTES];
};

_Static_assert(AREA_INFO + sizeof(struct area) <= AREA_TABLES,
	       "the information overlaps the page tables");

static bool is_elf(const struct image *image)
{
	return image->len >= SELFMAG && !memcmp(image->data, ELFMAG, SELFMAG);
}

static bool is_long(const struct image *image)
{
	return image->data[EI_CLASS] == ELFCLASS64;
}

/* Convert either class to the larger one. The caller has checked the size. */
static Elf64_Ehdr header_of(const struct image *image)
{
	Elf64_Ehdr h;
	Elf32_Ehdr n;

	memcpy(&h, image->data, sizeof(h));
	if (is_long(image))
		return h;
	memcpy(&n, image->data, sizeof(n));
	h.e_entry = n.e_entry;
	h.e_phoff = n.e_phoff;
	h.e_phentsize = n.e_phentsize;
	h.e_phnum = n.e_phnum;
	return h;
}

static size_t entry_bytes(const struct image *image)
{
	return is_long(image) ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

static Elf64_Phdr segment_of(const struct image *image, uint64_t at)
{
	Elf64_Phdr p;
	Elf32_Phdr n;

	if (is_long(image)) {
		memcpy(&p, image->data + at, sizeof(p));
		return p;
	}
	memcpy(&n, image->data + at, sizeof(n));
	return (Elf64_Phdr) {
		.p_type = n.p_type, .p_offset = n.p_offset,
		.p_vaddr = n.p_vaddr, .p_paddr = n.p_paddr,
		.p_filesz = n.p_filesz, .p_memsz = n.p_memsz,
	};
}

static int read_header(const struct image *image, Elf64_Ehdr *h,
		       struct errbuf *err)
{
	if (image->len < sizeof(*h))
		return image_bad(image, "ELF", "shorter than its header", err);
	*h = header_of(image);
	if (h->e_ident[EI_DATA] != ELFDATA2LSB || h->e_type != ET_EXEC ||
	    h->e_machine != (is_long(image) ? EM_X86_64 : EM_386))
		return image_bad(image, "ELF", "not a static x86 executable", err);
	if (h->e_phentsize != entry_bytes(image))
		return image_bad(image, "ELF", "wrong size of program headers", err);
	if (!h->e_phnum || h->e_phnum > MAX_SEGMENTS)
		return image_bad(image, "ELF", "wrong number of program headers", err);
	if (h->e_phoff > image->len ||
	    h->e_phnum * entry_bytes(image) > image->len - h->e_phoff)
		return image_bad(image, "ELF", "program headers beyond the end of the file", err);
	return 0;
}

/* Memory beyond the size in the file is already zero. */
static int load_segment(const struct image *image, const struct memory *memory,
			const Elf64_Phdr *s, struct errbuf *err)
{
	if (s->p_filesz > s->p_memsz)
		return image_bad(image, "ELF", "a segment is larger in the file than in memory", err);
	if (s->p_offset > image->len || s->p_filesz > image->len - s->p_offset)
		return image_bad(image, "ELF", "a segment beyond the end of the file (truncated?)", err);
	if (!memory_at(memory, s->p_paddr, s->p_memsz) ||
	    memory_write(memory, s->p_paddr, image->data + s->p_offset, s->p_filesz))
		return err_set(err, -EFBIG,
			       "%s: segment at 0x%llx (%llu bytes) is beyond the guest memory (increase --memory)",
			       image->name, (unsigned long long)s->p_paddr,
			       (unsigned long long)s->p_memsz);
	return 0;
}

/* Convert the entry point, a virtual address, to a physical one. */
static bool holds_entry(const Elf64_Phdr *s, uint64_t entry, uint64_t *at)
{
	if (entry < s->p_vaddr || entry - s->p_vaddr >= s->p_memsz)
		return false;
	*at = entry - s->p_vaddr + s->p_paddr;
	return true;
}

static int load_segments(const struct image *image, const struct memory *memory,
			 struct boot *boot, struct errbuf *err)
{
	Elf64_Ehdr h;
	bool found = false;
	int rc = read_header(image, &h, err);

	for (uint64_t i = 0; !rc && i < h.e_phnum; i++) {
		Elf64_Phdr s = segment_of(image, h.e_phoff + i * h.e_phentsize);

		if (s.p_type != PT_LOAD || !s.p_memsz)
			continue;
		rc = load_segment(image, memory, &s, err);
		found |= holds_entry(&s, h.e_entry, &boot->entry);
	}
	if (!rc && !found)
		return image_bad(image, "ELF", "the entry point is in no segment", err);
	return rc;
}

static int check_multiboot(const struct image *image, struct errbuf *err)
{
	size_t at = image_find(image, MULTIBOOT_HEADER_MAGIC, HEADER_WORDS,
			       HEADER_WITHIN);
	uint32_t musts = at == image->len ? 0 :
			 image_word(image, at + 4) & MUST_MASK & ~MUST_KNOWN;

	if (!musts)
		return 0;
	return err_set(err, -EINVAL,
		       "%s: multiboot header requires features 0x%x (only memory information is supported)",
		       image->name, musts);
}

static int inspect_elf(const struct image *image, struct boot *boot,
		       struct errbuf *err)
{
	Elf64_Ehdr h;
	int rc = read_header(image, &h, err);

	if (rc)
		return rc;
	if (boot->mode == MODE_USER && !is_long(image))
		return err_set(err, -EINVAL, "%s: --mode user requires a 64-bit ELF", image->name);
	if (boot->mode != MODE_USER)
		boot->mode = is_long(image) ? MODE_LONG : MODE_PROTECTED;
	return check_multiboot(image, err);
}

/* Memory map as on a PC: up to 640 KiB, and from 1 MiB to minivmm's area. */
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
	a->info = (struct multiboot_info) {
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
	boot->rax = MULTIBOOT_BOOT_MAGIC;
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

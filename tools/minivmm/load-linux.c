// SPDX-License-Identifier: GPL-2.0-only
/*
 * A Linux bzImage, started with the 32-bit boot protocol of the kernel's
 * Documentation/arch/x86/boot.rst: protected mode, flat segments, and the
 * address of the boot parameters in ESI. These include the set-up header of the
 * image.
 */
#include <asm/bootparam.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "abi.h"
#include "load-linux.h"

#define MEMORY		(128u << 20)
#define MAX_INITRD	(1u << 30)

#define MAGIC		0x53726448	/* "HdrS" */
#define MAGIC_AT	0x202
#define HEADER_AT	0x1f1
#define HEADER_END	0x201		/* this byte plus MAGIC_AT */
#define SECTOR		512
#define MIN_VERSION	0x20a		/* has init_size */
#define LOADER_OTHER	0xff

/* Addresses below 640 KiB. The kernel is at 1 MiB. */
#define AREA_AT		0x1000
#define PARAMS_AT	0x10000
#define CMDLINE_AT	0x20000
#define CMDLINE_BYTES	0x10000
#define LOW_END		0x9fc00
#define KERNEL_AT	0x100000

/*
 * There are no ACPI tables. The serial port is the console unless --append
 * selects another one.
 */
#define CMDLINE		"console=ttyS0 acpi=off"

static bool is_linux(const struct image *image)
{
	return image->len >= MAGIC_AT + 4 &&
	       image_word(image, MAGIC_AT) == MAGIC &&
	       image->data[0x1fe] == 0x55 && image->data[0x1ff] == 0xaa;
}

/* Read the header. @setup_bytes: size of the image before the kernel */
static int read_header(const struct image *image, struct setup_header *h,
		       size_t *setup_bytes, struct errbuf *err)
{
	size_t end = MAGIC_AT + image->data[HEADER_END];

	*h = (struct setup_header) { 0 };
	if (end > image->len)
		return image_bad(image, "bzImage", "shorter than its header", err);
	end = end < HEADER_AT + sizeof(*h) ? end : HEADER_AT + sizeof(*h);
	memcpy(h, image->data + HEADER_AT, end - HEADER_AT);
	if (h->version < MIN_VERSION)
		return image_bad(image, "bzImage", "boot protocol before 2.10", err);
	if (!(h->loadflags & LOADED_HIGH))
		return image_bad(image, "bzImage", "must be loaded low (a zImage?)", err);
	*setup_bytes = ((h->setup_sects ? h->setup_sects : 4) + 1) * SECTOR;
	if (*setup_bytes >= image->len ||
	    (uint64_t)h->syssize * 16 > image->len - *setup_bytes + 15)
		return image_bad(image, "bzImage", "shorter than the size in its header (truncated?)",
			     err);
	return 0;
}

static int inspect_linux(const struct image *image, struct boot *boot,
			 struct errbuf *err)
{
	struct setup_header h;
	size_t setup_bytes;

	boot->mode = MODE_PROTECTED;
	boot->wants |= MINIVMM_WANTS_IRQCHIP | MINIVMM_WANTS_TIMER;
	return read_header(image, &h, &setup_bytes, err);
}

static int too_small(const struct image *image, uint64_t bytes,
		     struct errbuf *err)
{
	return err_set(err, -EFBIG, "%s: needs %llu MiB of memory (increase --memory)",
		       image->name, (unsigned long long)(bytes >> 20) + 1);
}

/* Load the initrd at the highest possible page, above the unpacked kernel. */
static int load_initrd(const char *name, const struct memory *memory,
		       struct setup_header *h, uint64_t kernel_end,
		       struct errbuf *err)
{
	uint64_t top = memory->size - 1 < h->initrd_addr_max ?
		       memory->size : (uint64_t)h->initrd_addr_max + 1;
	struct image initrd;
	uint64_t at;
	int rc = image_read(&initrd, name, MAX_INITRD, err);

	if (rc)
		return rc;
	at = (top - initrd.len) & ~(PAGE - 1ull);
	if (initrd.len > top || at < kernel_end ||
	    memory_write(memory, at, initrd.data, initrd.len))
		rc = too_small(&initrd, kernel_end + initrd.len + PAGE, err);
	h->ramdisk_image = (uint32_t)at;
	h->ramdisk_size = (uint32_t)initrd.len;
	free(initrd.data);
	return rc;
}

static int load_cmdline(const struct memory *memory, const char *append,
			struct setup_header *h, struct errbuf *err)
{
	size_t room = h->cmdline_size < CMDLINE_BYTES ? h->cmdline_size + 1 :
							CMDLINE_BYTES;
	char *text = xasprintf("%s%s%s", CMDLINE, append ? " " : "",
			       append ? append : "");
	size_t bytes = strlen(text) + 1;
	int rc = 0;

	if (bytes > room)
		rc = err_set(err, -EINVAL, "--append: %zu bytes longer than this kernel accepts",
			     bytes - room);
	else
		memory_write(memory, CMDLINE_AT, text, bytes);
	free(text);
	h->cmd_line_ptr = CMDLINE_AT;
	return rc;
}

static void load_params(const struct memory *memory,
			const struct setup_header *h)
{
	static struct boot_params params;	/* 4 KiB */

	params = (struct boot_params) { .hdr = *h, .e820_entries = 2 };
	params.hdr.type_of_loader = LOADER_OTHER;
	params.e820_table[0] = (struct boot_e820_entry) { 0, LOW_END, 1 };
	params.e820_table[1] = (struct boot_e820_entry) {
		KERNEL_AT, memory->size - KERNEL_AT, 1,
	};
	memory_write(memory, PARAMS_AT, &params, sizeof(params));
}

static int load_linux(const struct image *image, const struct memory *memory,
		      struct boot *boot, struct errbuf *err)
{
	struct setup_header h;
	size_t setup_bytes;
	uint64_t kernel_end;
	int rc = read_header(image, &h, &setup_bytes, err);

	if (rc)
		return rc;
	/* The unpacked kernel runs at pref_address and needs init_size bytes. */
	kernel_end = (h.pref_address > KERNEL_AT ? h.pref_address : KERNEL_AT);
	if (kernel_end > memory->size ||
	    h.init_size > memory->size - kernel_end ||
	    memory_write(memory, KERNEL_AT, image->data + setup_bytes,
			 image->len - setup_bytes))
		return too_small(image, kernel_end + h.init_size, err);
	kernel_end += h.init_size;
	if (boot->initrd)
		rc = load_initrd(boot->initrd, memory, &h, kernel_end, err);
	if (!rc)
		rc = load_cmdline(memory, boot->append, &h, err);
	if (rc)
		return rc;
	load_params(memory, &h);
	boot->area = AREA_AT;
	boot->entry = KERNEL_AT;
	boot->rsi = PARAMS_AT;
	return 0;
}

const struct image_kind kind_linux = {
	.name = "Linux", .memory = MEMORY, .alone = true, .os = true,
	.is = is_linux, .inspect = inspect_linux, .load = load_linux,
};

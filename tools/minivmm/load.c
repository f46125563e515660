// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements load.h: the header of guests/lib/abi.h, and the two simplest kinds
 * of image, which are copied as they are. load-elf.c and load-linux.c have the
 * others.
 */
#include <errno.h>

#include "abi.h"
#include "load.h"

#define HEADER_WITHIN	0x1000
#define HEADER_WORDS	4
#define ROM_UNIT	0x10000
#define ROM_MAX		0x100000

/* 1 and the header's flags; 0 when there is none. */
static int find_header(const struct image *image, uint32_t *flags,
		       struct errbuf *err)
{
	size_t at = image_find(image, MINIVMM_HEADER_MAGIC, HEADER_WORDS,
			       HEADER_WITHIN);
	uint32_t version;

	if (at == image->len)
		return 0;
	version = image_word(image, at + 4);
	if (version > MINIVMM_ABI_VERSION)
		return err_set(err, -EINVAL,
			       "%s: header of version %u (this minivmm knows %u)",
			       image->name, version, MINIVMM_ABI_VERSION);
	*flags = image_word(image, at + 8);
	return 1;
}

static const struct image_kind *kind_of(const struct image *image,
					const struct boot *boot)
{
	static const struct image_kind *const by_content[] = {
		&kind_linux, &kind_elf,
	};

	if (boot->wants & MINIVMM_IS_FIRMWARE)
		return &kind_firmware;
	for (size_t i = 0; i < ARRAY_LEN(by_content); i++)
		if (by_content[i]->is(image))
			return by_content[i];
	return &kind_flat;
}

int load_inspect(const struct image *image, struct boot *boot,
		 struct errbuf *err)
{
	uint32_t flags = 0;
	int rc = find_header(image, &flags, err);

	if (rc < 0)
		return rc;
	/* Firmware expects a PC, unless its header says what it expects. */
	if (!rc && boot->wants & MINIVMM_IS_FIRMWARE)
		flags |= MINIVMM_WANTS_IRQCHIP;
	boot->wants |= flags;
	if (boot->wants & MINIVMM_WANTS_TIMER)
		boot->wants |= MINIVMM_WANTS_IRQCHIP;
	boot->kind = kind_of(image, boot);
	boot->memory = boot->kind->memory;
	return boot->kind->inspect(image, boot, err);
}

int load_image(const struct image *image, const struct memory *memory,
	       struct boot *boot, struct errbuf *err)
{
	return boot->kind->load(image, memory, boot, err);
}

static int inspect_flat(const struct image *image, struct boot *boot,
			struct errbuf *err)
{
	bool longs = boot->wants & MINIVMM_WANTS_LONG;

	(void)image;
	(void)err;
	if (boot->mode == NR_MODES)
		boot->mode = longs ? MODE_LONG :
			boot->wants & MINIVMM_WANTS_PROTECTED ? MODE_PROTECTED :
								MODE_REAL;
	if (boot->mode == MODE_LONG || boot->mode == MODE_USER)
		boot->memory = LONG_UNIT;
	return 0;
}

/* Real mode reaches the first MiB, and has no area without interrupts. */
static uint64_t flat_area(const struct memory *memory, const struct boot *boot)
{
	if (boot->mode != MODE_REAL)
		return memory->size - AREA_BYTES;
	if (!(boot->wants & MINIVMM_WANTS_IRQCHIP))
		return memory->size;
	return (memory->size < 0x100000 ? memory->size : 0x100000) - AREA_BYTES;
}

static int load_flat(const struct image *image, const struct memory *memory,
		     struct boot *boot, struct errbuf *err)
{
	boot->area = flat_area(memory, boot);
	if (image->len > boot->area ||
	    memory_write(memory, 0, image->data, image->len))
		return err_set(err, -EFBIG,
			       "%s: %zu bytes, more than the %llu there is room for (--memory gives more)",
			       image->name, image->len,
			       (unsigned long long)boot->area);
	boot->entry = 0;
	boot->rsp = boot->mode == MODE_REAL ? 0 : boot->area;
	return 0;
}

const struct image_kind kind_flat = {
	.name = "flat", .memory = 0x40000,
	.inspect = inspect_flat, .load = load_flat,
};

static int inspect_firmware(const struct image *image, struct boot *boot,
			    struct errbuf *err)
{
	boot->mode = MODE_FIRMWARE;
	if (image->len % ROM_UNIT || image->len > ROM_MAX)
		return err_set(err, -EINVAL,
			       "%s: %zu bytes (firmware has 64 KiB, or a multiple up to 1 MiB)",
			       image->name, image->len);
	return 0;
}

/* @memory is the ROM, not the RAM. */
static int load_firmware(const struct image *image, const struct memory *memory,
			 struct boot *boot, struct errbuf *err)
{
	(void)boot;
	if (memory_write(memory, 0, image->data, image->len))
		return err_set(err, -EFBIG, "%s: larger than the ROM",
			       image->name);
	return 0;
}

const struct image_kind kind_firmware = {
	.name = "firmware", .memory = 16 << 20, .alone = true,
	.inspect = inspect_firmware, .load = load_firmware,
};

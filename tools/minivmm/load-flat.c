// SPDX-License-Identifier: GPL-2.0-only
/*
 * Images that are copied without change: flat binaries into RAM, and firmware
 * into ROM.
 */
#include <errno.h>

#include "abi.h"
#include "load-flat.h"

#define ROM_UNIT	0x10000
#define ROM_MAX		0x100000

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

/* Real mode addresses the first MiB only, and needs no area without interrupts. */
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
			       "%s: %zu bytes, more than the maximum of %llu (increase --memory)",
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
			       "%s: %zu bytes (firmware must be a multiple of 64 KiB, up to 1 MiB)",
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

// SPDX-License-Identifier: GPL-2.0-only
/* Fuzzes minivmm's loaders with damaged images. */
#include "abi.h"
#include "fuzz.h"
#include "load-flat.h"
#include "load.h"
#include "vmmimages.h"

#define MEMORY_BYTES	0x200000

static void load_once(struct image *image, uint32_t wants,
		      const struct memory *memory)
{
	struct boot boot = { .mode = NR_MODES, .wants = wants, .append = "a b" };
	struct memory ram = *memory;

	if (load_inspect(image, &boot, &err))
		return;
	if (boot.kind == &kind_firmware)
		ram.size = image->len;
	if (load_image(image, &ram, &boot, &err) || boot.kind == &kind_firmware)
		return;
	/* the area that arch.c writes later must be inside the memory */
	REQUIRE((boot.mode == MODE_REAL && !(boot.wants & MINIVMM_WANTS_IRQCHIP)) ||
		memory_at(&ram, boot.area, AREA_BYTES));
}

/* The image has its exact size, so that the sanitizer detects overruns. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct memory memory;
	struct image image = { .name = "fuzz", .len = len };

	if (!len)
		return 0;	/* image_read() refuses an empty file */
	if (!memory.base)
		memory = (struct memory) { malloc(MEMORY_BYTES), MEMORY_BYTES };
	image.data = malloc(len);
	REQUIRE(image.data && memory.base);
	memcpy(image.data, data, len);
	load_once(&image, 0, &memory);
	load_once(&image, MINIVMM_WANTS_IRQCHIP, &memory);
	load_once(&image, MINIVMM_IS_FIRMWARE, &memory);
	free(image.data);
	return 0;
}

#ifndef FUZZ_LIBFUZZER
/* All headers are in the first KiB. */
static void seed(size_t kind, struct buf *out)
{
	uint8_t data[VMMIMAGE_BYTES];

	buf_append(out, data, vmmimage_make((enum vmmimage)kind, data));
}

static void mutate(struct buf *b)
{
	if (!random_below(8))
		b->len = 5 + random_below(b->len - 5);
	mutate_words(b->data, b->len < 1024 ? b->len : 1024);
}

FUZZ_WITH(.inputs = "mutated images", .runs = 20000, .nr_seeds = NR_VMMIMAGES,
	  .seed = seed, .mutate = mutate)
#endif

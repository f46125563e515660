// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements load.h: the header of guests/lib/abi.h, and the table of image
 * kinds, which are implemented in load-KIND.c.
 */
#include <errno.h>

#include "abi.h"
#include "load.h"
#include "load-elf.h"
#include "load-flat.h"
#include "load-linux.h"

#define HEADER_WITHIN	0x1000
#define HEADER_WORDS	4

/* Return 1 and the flags of the header, 0 if there is none, or -errno. */
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
			       "%s: header version %u (this minivmm supports %u)",
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
	/* Firmware without a header expects a PC. */
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

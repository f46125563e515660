/* SPDX-License-Identifier: GPL-2.0-only */
/* Loading images into guest memory. */
#ifndef MINIVMM_LOAD_H
#define MINIVMM_LOAD_H

#include "boot.h"

/*
 * Fill kind, mode and wants of @boot from the image. On entry, mode (NR_MODES:
 * not set) and wants have the user's options, which are kept.
 */
int load_inspect(const struct image *image, struct boot *boot,
		 struct errbuf *err);

/* Load the image into @memory and fill the rest of @boot. */
int load_image(const struct image *image, const struct memory *memory,
	       struct boot *boot, struct errbuf *err);

#endif

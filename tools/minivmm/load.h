/* SPDX-License-Identifier: GPL-2.0-only */
/* From an image to a program in memory. */
#ifndef MINIVMM_LOAD_H
#define MINIVMM_LOAD_H

#include "boot.h"

/*
 * Fills @boot: kind, mode, wants. What it has in mode (NR_MODES: nothing) and
 * wants on entry is added to what the image says.
 */
int load_inspect(const struct image *image, struct boot *boot,
		 struct errbuf *err);

/* Puts it into @memory and fills the rest of @boot. */
int load_image(const struct image *image, const struct memory *memory,
	       struct boot *boot, struct errbuf *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An image file in memory. Its contents are untrusted: the loaders check bounds
 * before they read.
 */
#ifndef MINIVMM_IMAGE_H
#define MINIVMM_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "util.h"

struct image {
	const char *name;
	uint8_t *data;
	size_t len;
};

/* Read file @name, which must not exceed @max bytes. The caller frees data. */
int image_read(struct image *image, const char *name, size_t max,
	       struct errbuf *err);

/* Set an error message and return -EINVAL; @kind: name of the file format. */
int image_bad(const struct image *image, const char *kind, const char *what,
	      struct errbuf *err);

/* Read a little-endian word. The caller checks the bounds. */
uint32_t image_word(const struct image *image, size_t at);

/*
 * Return the offset of a header, or len if there is none: @words words that
 * begin with @magic and add up to 0, at a multiple of 4 within the first
 * @within bytes.
 */
size_t image_find(const struct image *image, uint32_t magic, size_t words,
		  size_t within);

#endif

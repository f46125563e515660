/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file in memory that a guest is loaded from. Its contents are untrusted: the
 * loaders check bounds before they read.
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

/* Reads all of @name, which has to have at most @max bytes; free data. */
int image_read(struct image *image, const char *name, size_t max,
	       struct errbuf *err);

/* Returns -EINVAL; @kind: what the image claims to be. */
int image_bad(const struct image *image, const char *kind, const char *what,
	      struct errbuf *err);

/* A little-endian word; the caller has checked that it is there. */
uint32_t image_word(const struct image *image, size_t at);

/*
 * The offset of a header: @words words that begin with @magic and add up to 0,
 * at a multiple of 4 and within the first @within bytes. len: there is none.
 */
size_t image_find(const struct image *image, uint32_t magic, size_t words,
		  size_t within);

#endif

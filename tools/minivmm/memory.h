/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access to guest memory: memory_at() checks every address that comes from a
 * guest or from an image.
 */
#ifndef MINIVMM_MEMORY_H
#define MINIVMM_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PAGE		0x1000
#define FOUR_GIB	0x100000000ull	/* where the ROM ends */

/* A piece of guest memory; address 0 is its first byte. */
struct memory {
	uint8_t *base;
	uint64_t size;
};

/* Return a pointer to @len bytes at @address, NULL if they are out of range. */
static inline void *memory_at(const struct memory *m, uint64_t address,
			      uint64_t len)
{
	if (address > m->size || len > m->size - address)
		return NULL;
	return m->base + address;
}

/* Return 0, or -1 without writing anything. */
static inline int memory_write(const struct memory *m, uint64_t address,
			       const void *data, uint64_t len)
{
	void *to = memory_at(m, address, len);

	if (!to)
		return -1;
	if (len)
		memcpy(to, data, len);
	return 0;
}

#endif

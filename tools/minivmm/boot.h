/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a program starts: the result of inspecting and loading its image, from
 * which the initial state of its vCPU is made.
 */
#ifndef MINIVMM_BOOT_H
#define MINIVMM_BOOT_H

#include <stdbool.h>

#include "image.h"
#include "memory.h"

enum mode {
	MODE_REAL, MODE_PROTECTED, MODE_LONG,
	MODE_USER,	/* long mode, ring 3 */
	MODE_FIRMWARE, NR_MODES
};

struct image_kind;

/* How a program starts. Addresses are relative to its slice of memory. */
struct boot {
	const struct image_kind *kind;
	enum mode mode;
	uint32_t wants;		/* flags of MINIVMM_HEADER_MAGIC */
	uint64_t memory;	/* default size of the slice */
	uint64_t entry;
	uint64_t area;		/* AREA_BYTES: descriptors, tables, info */
	uint64_t rax, rbx, rsi, rsp;
	const char *append;
	const char *initrd;
};

/*
 * minivmm's own area at the end of a program's memory: in real mode with
 * interrupts, the vectors and their handlers; otherwise the descriptors at 0,
 * the multiboot information at AREA_INFO and the page tables at AREA_TABLES.
 */
#define AREA_BYTES	0x4000
#define AREA_INFO	0x0800
#define AREA_TABLES	0x1000
#define LONG_UNIT	0x200000ull	/* size of a large page */

struct image_kind {
	const char *name;
	uint64_t memory;	/* default for boot.memory */
	bool alone;		/* the machine's only program */
	bool os;		/* has drivers; ends by resetting the machine */
	bool (*is)(const struct image *image);
	int (*inspect)(const struct image *image, struct boot *boot,
		       struct errbuf *err);
	int (*load)(const struct image *image, const struct memory *memory,
		    struct boot *boot, struct errbuf *err);
};

#endif

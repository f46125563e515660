/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small valid images of each kind that minivmm loads. The unit tests change one field
 * at a time; the fuzzer uses them as seeds.
 */
#ifndef VMMIMAGES_H
#define VMMIMAGES_H

#include <stddef.h>
#include <stdint.h>

#define VMMIMAGE_BYTES	4096

enum vmmimage {
	VMMIMAGE_FLAT,		/* with the header of guests/lib/abi.h */
	VMMIMAGE_ELF32,		/* multiboot; one segment of 16 bytes, at 1 MiB */
	VMMIMAGE_ELF64,
	VMMIMAGE_LINUX,		/* 512 bytes of kernel */
	NR_VMMIMAGES
};

/* Offsets in the ELF images that tests change. */
#define VMMIMAGE_CODE_AT	512
#define VMMIMAGE_MULTIBOOT_AT	256

/* Fill @data; return the size of the image in bytes. */
size_t vmmimage_make(enum vmmimage kind, uint8_t data[VMMIMAGE_BYTES]);

#endif

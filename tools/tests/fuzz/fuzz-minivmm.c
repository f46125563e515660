// SPDX-License-Identifier: GPL-2.0-only
/*
 * minivmm's loaders against damaged images.
 *
 * Built with clang -fsanitize=fuzzer this is a libFuzzer target (make -C
 * tools/tests fuzz). Built without, main() runs a fixed number of mutations
 * from a fixed seed, under the sanitizers, and emits TAP; with a directory it
 * writes the images that libFuzzer begins with there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "load-flat.h"
#include "load.h"
#include "random.h"
#include "vmmimages.h"

#define MEMORY_BYTES	0x200000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void load_once(struct image *image, uint32_t wants,
		      const struct memory *memory)
{
	struct boot boot = { .mode = NR_MODES, .wants = wants, .append = "a b" };
	struct memory ram = *memory;
	struct errbuf err;

	if (load_inspect(image, &boot, &err))
		return;
	if (boot.kind == &kind_firmware)
		ram.size = image->len;
	if (load_image(image, &ram, &boot, &err) || boot.kind == &kind_firmware)
		return;
	/* what arch.c writes later has to be there */
	if ((boot.mode != MODE_REAL || boot.wants & MINIVMM_WANTS_IRQCHIP) &&
	    !memory_at(&ram, boot.area, AREA_BYTES))
		abort();
}

/* Memory of exactly this size, so that the sanitizer sees overruns. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct memory memory;
	struct image image = { .name = "fuzz", .len = len };

	if (!len)
		return 0;	/* image_read() refuses it */
	if (!memory.base)
		memory = (struct memory) { malloc(MEMORY_BYTES), MEMORY_BYTES };
	image.data = malloc(len);
	if (!image.data || !memory.base)
		abort();
	memcpy(image.data, data, len);
	load_once(&image, 0, &memory);
	load_once(&image, MINIVMM_WANTS_IRQCHIP, &memory);
	load_once(&image, MINIVMM_IS_FIRMWARE, &memory);
	free(image.data);
	return 0;
}

#ifndef FUZZ_LIBFUZZER
#define RUNS	20000

/* In the first KiB, where all headers are; mostly by what sizes are made of. */
static void mutate(uint8_t *data, size_t len)
{
	static const uint32_t words[] = {
		0, 1, 7, 0x1000, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0,
	};
	unsigned int n = 1 + random_word() % 4;

	while (n--) {
		size_t at = random_word() % (len < 1024 ? len - 4 : 1020);
		uint32_t word;

		memcpy(&word, data + at, 4);
		if (random_word() & 1)
			word = words[random_word() % ARRAY_LEN(words)];
		else
			word ^= 1u << random_word() % 32;
		memcpy(data + at, &word, 4);
	}
}

static int write_seeds(const char *dir)
{
	for (unsigned int kind = 0; kind < NR_VMMIMAGES; kind++) {
		uint8_t data[VMMIMAGE_BYTES];
		size_t len = vmmimage_make((enum vmmimage)kind, data);
		char *name = xasprintf("%s/image%u", dir, kind);
		FILE *f = fopen(name, "we");
		int failed = !f || fwrite(data, 1, len, f) != len;

		failed |= !f || fclose(f);
		if (failed)
			perror(name);
		free(name);
		if (failed)
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return write_seeds(argv[1]);
	for (unsigned int i = 0; i < RUNS; i++) {
		uint8_t data[VMMIMAGE_BYTES];
		size_t len = vmmimage_make((enum vmmimage)(i % NR_VMMIMAGES),
					   data);

		if (random_word() % 8 == 0)
			len = 5 + random_word() % (len - 5);
		mutate(data, len);
		LLVMFuzzerTestOneInput(data, len);
	}
	printf("1..1\nok 1 - %d mutated images, no memory error\n", RUNS);
	return 0;
}
#endif

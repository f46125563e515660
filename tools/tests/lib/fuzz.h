/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Common code of the fuzzers. Built with clang -fsanitize=fuzzer, each is a
 * libFuzzer target (make -C tools/tests fuzz). Built without, it runs a fixed
 * number of inputs from a fixed seed under the sanitizers and prints TAP; with a
 * directory as its argument, it writes seed inputs there. Include it once.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct errbuf err = { "" };

#define REQUIRE(_what) do { \
	if (!(_what)) { \
		fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #_what, \
			err.text); \
		abort(); \
	} \
} while (0)

#define must(_rc)	REQUIRE(!(_rc))

/* A failure with @rc has a one-line message. */
static inline void require_message(int rc)
{
	REQUIRE(!rc || (*err.text && !strchr(err.text, '\n')));
}

struct fuzzer {
	const char *inputs;		/* plural noun for the TAP output, such as "mutated snapshots" */
	int runs;
	size_t nr_seeds;
	void (*seed)(size_t i, struct buf *out);
	void (*mutate)(struct buf *b);	/* NULL: the seeds are run unchanged */
	bool (*seeds_valid)(void);		/* check the seeds; may be NULL */
};

/* ---- mutations ---- */

/* Change some of the first @len bytes, usually words with sizes or counts. */
static inline void mutate_words(void *data, size_t len)
{
	static const uint64_t words[] = {
		0, 1, 2, 7, 8, 0x1000, 0x7fffffff, 0x80000000, 0xffffffff,
		0xfffffff0, 0xfffffff8, INT64_MAX, 1ull << 63, UINT64_MAX,
		UINT64_MAX - 5,
	};

	if (len < 8)
		return;
	for (size_t n = 1 + random_below(4); n > 0; n--) {
		char *at = (char *)data + (random_below(len - 7) &
					   (random_below(2) ? ~3ul : ~0ul));
		uint64_t word;

		memcpy(&word, at, sizeof(word));
		switch (random_below(3)) {
		case 0:
			word = words[random_below(ARRAY_LEN(words))];
			break;
		case 1:
			word ^= 1ull << random_below(32);
			break;
		default:
			word += random_below(17) - 8;
		}
		memcpy(at, &word, random_below(2) ? 8 : 4);
	}
}

/* Delete some text, insert some of @pieces and change some bytes. */
static inline void mutate_text(struct buf *b, const char *const *pieces, size_t nr)
{
	for (size_t n = 1 + random_below(8); n > 0 && b->len; n--) {
		size_t at = random_below(b->len);
		size_t cut = random_below(b->len - at < 20 ? b->len - at : 20);
		const char *piece = pieces[random_below(nr)];
		struct buf next = { 0 };

		if (!random_below(4))
			b->data[at] = (char)random_word();
		buf_append(&next, b->data, at);
		if (random_below(2))
			buf_append(&next, piece, strlen(piece));
		if (random_below(2))
			at += cut;
		buf_append(&next, b->data + at, b->len - at);
		buf_free(b);
		*b = next;
	}
}

/* ---- the program ---- */

static inline void write_seeds(const struct fuzzer *f, const char *dir)
{
	for (size_t i = 0; i < f->nr_seeds; i++) {
		char *path = xasprintf("%s/seed%zu", dir, i);
		struct buf b = { 0 };
		FILE *to = fopen(path, "w");

		f->seed(i, &b);
		REQUIRE(to && fwrite(b.data, 1, b.len, to) == b.len);
		REQUIRE(!fclose(to));
		buf_free(&b);
		free(path);
	}
}

/* Run from a buffer of exactly this size, so that the sanitizer detects overruns. */
static inline void run_input(const struct buf *b)
{
	uint8_t *data = malloc(b->len ? b->len : 1);

	REQUIRE(data);
	if (b->len)
		memcpy(data, b->data, b->len);
	LLVMFuzzerTestOneInput(data, b->len);
	free(data);
}

static inline int fuzz_main(int argc, char **argv, const struct fuzzer *f)
{
	bool valid = !f->seeds_valid || f->seeds_valid();

	if (argc == 2) {
		write_seeds(f, argv[1]);
		return 0;
	}
	for (int i = 0; i < f->runs; i++) {
		struct buf b = { 0 };

		f->seed((size_t)i % f->nr_seeds, &b);
		/* run all seeds unchanged first */
		if (f->mutate && (size_t)i >= f->nr_seeds)
			f->mutate(&b);
		run_input(&b);
		buf_free(&b);
	}
	printf("ok 1 - %d %s, no memory errors\n", f->runs, f->inputs);
	if (f->seeds_valid)
		printf("%sok 2 - the seed inputs are valid\n",
		       valid ? "" : "not ");
	printf("1..%d\n", f->seeds_valid ? 2 : 1);
	return valid ? 0 : 1;
}

/* The last line of a fuzzer; main() is not needed with libFuzzer. */
#define FUZZ_WITH(...) \
	static const struct fuzzer fuzzer = { __VA_ARGS__ }; \
	int main(int argc, char **argv) \
	{ \
		return fuzz_main(argc, argv, &fuzzer); \
	}

#endif

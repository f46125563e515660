// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser of budget files against damaged text.
 *
 * Built with clang -fsanitize=fuzzer this is a libFuzzer target (make -C
 * tools/tests fuzz). Built without, main() runs a fixed number of mutations
 * from a fixed seed, under the sanitizers, and emits TAP. What is taken must
 * be a budget that can be written down and read again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "budget/budget.h"
#include "random.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Back to text: as the file could have had it. */
static void put(const struct budget_line *l, struct buf *out)
{
	static const char *const units[] = {
		[BUDGET_COUNT] = "", [BUDGET_RATE] = "/s",
		[BUDGET_TIME] = "us",
	};
	uint64_t n = l->unit == BUDGET_TIME ? l->max / 1000 : l->max;

	if (*l->phase)
		buf_printf(out, "[%s]\n", l->phase);
	buf_printf(out, "%s %s %llu%s\n", budget_what_name(l->what), l->name,
		   (unsigned long long)n, units[l->unit]);
}

static void read_again(const struct budget_line *l)
{
	struct buf text = { 0 };
	struct budget b;
	struct errbuf err;

	put(l, &text);
	if (budget_parse(&b, text.data, text.len, "again", &err))
		abort();
	if (b.nr != 1 || b.lines->max != l->max || b.lines->what != l->what ||
	    b.lines->unit != l->unit || strcmp(b.lines->name, l->name) ||
	    strcmp(b.lines->phase, l->phase))
		abort();
	budget_free(&b);
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct errbuf err = { "" };
	struct budget b;

	if (budget_parse(&b, (const char *)data, len, "fuzz", &err)) {
		if (!*err.text || strchr(err.text, '\n'))
			abort();
		return 0;
	}
	for (size_t i = 0; i < b.nr; i++)
		read_again(&b.lines[i]);
	budget_free(&b);
	return 0;
}

#ifndef FUZZ_LIBFUZZER
#define RUNS	5000

static const char seed[] =
	"# comment\n\nexits 1,234,567\nexits 12,000/s\r\nexits 2s # time\n"
	"reason IO_INSTRUCTION 59,140\nreason EXIT_REASON_HLT 7/s\n"
	"reason ioio 20ms\nclass msr-write 3\nuserspace 55\nkvm-exit IO 9\n"
	"[kernel early]\n\texits\t12\nreason code 0x1f 4\nuserspace 0\n"
	"kvm-exit KVM_EXIT_MMIO 1,000\n[shutdown]\nclass cpuid 5\n";

static const char *const pieces[] = {
	"#", " ", "\n", "[", "]", ",", "/s", "ms", "exits ", "reason ",
	"class ", "\t", "0x", "99999999999999999999", "kvm-exit ", "\r", "]\n",
};

/* Some text goes, some comes, some bytes are others. */
static void mutate(struct buf *b)
{
	unsigned int n = 1 + random_word() % 4;

	while (n-- && b->len) {
		size_t at = random_word() % b->len;
		size_t cut = random_word() % (b->len - at < 9 ? b->len - at : 9);
		const char *piece = pieces[random_word() % ARRAY_LEN(pieces)];
		struct buf next = { 0 };

		if (random_word() % 4 == 0)
			b->data[at] = (char)random_word();
		buf_append(&next, b->data, at);
		if (random_word() % 2)
			buf_append(&next, piece, strlen(piece));
		buf_append(&next, b->data + at + cut, b->len - at - cut);
		buf_free(b);
		*b = next;
	}
}

int main(void)
{
	struct errbuf err;
	struct budget b;
	bool whole = !budget_parse(&b, seed, sizeof(seed) - 1, "seed", &err) &&
		     b.nr == 14;

	if (whole)
		budget_free(&b);
	for (int i = 0; i < RUNS; i++) {
		struct buf text = { 0 };
		uint8_t *copy;

		buf_append(&text, seed, sizeof(seed) - 1);
		mutate(&text);
		/* of exactly this size, so that the sanitizer sees overruns */
		copy = malloc(text.len ? text.len : 1);
		if (!copy)
			abort();
		memcpy(copy, text.data, text.len);
		LLVMFuzzerTestOneInput(copy, text.len);
		free(copy);
		buf_free(&text);
	}
	printf("1..2\n%sok 1 - the seed is a budget file\n"
	       "ok 2 - %d mutated budget files, no memory error\n",
	       whole ? "" : "not ", RUNS);
	return whole ? 0 : 1;
}
#endif

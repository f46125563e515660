// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the parser of budget files: every budget that it accepts must have a valid
 * text form that parses to the same budget.
 */
#include "budget/budget.h"
#include "fuzz.h"

/* Write a budget as a line of a budget file. */
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

	put(l, &text);
	must(budget_parse(&b, text.data, text.len, "again", &err));
	REQUIRE(b.nr == 1 && b.lines->max == l->max &&
		b.lines->what == l->what && b.lines->unit == l->unit &&
		!strcmp(b.lines->name, l->name) &&
		!strcmp(b.lines->phase, l->phase));
	budget_free(&b);
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct budget b;
	int rc;

	*err.text = '\0';
	rc = budget_parse(&b, (const char *)data, len, "fuzz", &err);
	require_message(rc);
	if (rc)
		return 0;
	for (size_t i = 0; i < b.nr; i++)
		read_again(&b.lines[i]);
	budget_free(&b);
	return 0;
}

#ifndef FUZZ_LIBFUZZER
static const char text[] =
	"# comment\n\nexits 1,234,567\nexits 12,000/s\r\nexits 2s # time\n"
	"reason IO_INSTRUCTION 59,140\nreason EXIT_REASON_HLT 7/s\n"
	"reason ioio 20ms\nclass msr-write 3\nuserspace 55\nkvm-exit IO 9\n"
	"[kernel early]\n\texits\t12\nreason code 0x1f 4\nuserspace 0\n"
	"kvm-exit KVM_EXIT_MMIO 1,000\n[shutdown]\nclass cpuid 5\n";

static const char *const pieces[] = {
	"#", " ", "\n", "[", "]", ",", "/s", "ms", "exits ", "reason ",
	"class ", "\t", "0x", "99999999999999999999", "kvm-exit ", "\r", "]\n",
};

static void seed(size_t i UNUSED, struct buf *out)
{
	buf_append(out, text, sizeof(text) - 1);
}

static void mutate(struct buf *b)
{
	mutate_text(b, pieces, ARRAY_LEN(pieces));
}

static bool seed_is_valid(void)
{
	struct budget b;
	size_t nr;

	if (budget_parse(&b, text, sizeof(text) - 1, "seed", &err))
		return false;
	nr = b.nr;
	budget_free(&b);
	return nr == 14;
}

FUZZ_WITH(.inputs = "mutated budget files", .runs = 5000, .nr_seeds = 1,
	  .seed = seed, .mutate = mutate, .seeds_valid = seed_is_valid)
#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests: parsing and formatting of numbers and durations, the ticker, exit
 * reasons.
 */
#include "unit.h"
#include "exits/reasons.h"
#include "lib/ticker.h"

/* A text and its value, or its error; then n is unchanged. */
struct parsed {
	const char *text;
	int rc;
	uint64_t n;
};

static void numbers_are_parsed(void **state UNUSED)
{
	static const struct parsed cases[] = {
		{ "0", 0, 0 }, { "42", 0, 42 }, { "0x1F", 0, 31 },
		{ "100", 0, 100 }, { "101", -ERANGE, 0 },
		{ "99999999999999999999", -ERANGE, 0 }, { "", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 }, { "1 ", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 }, { "+1", -EINVAL, 0 },
		{ "1x", -EINVAL, 0 }, { "0x", -EINVAL, 0 },
		{ "010", 0, 10 }, { "1.5", -EINVAL, 0 },
	};

	each_row(c, cases) {
		uint64_t n = 0;

		assert_int_equal(parse_u64(c->text, 0, 100, &n), c->rc);
		assert_int_equal(n, c->n);
	}
}

static void durations_are_parsed(void **state UNUSED)
{
	static const struct parsed cases[] = {
		{ "100ms", 0, 100000000 }, { "1s", 0, 1000000000 },
		{ "1m", 0, 60000000000 }, { "1000us", 0, 1000000 },
		{ "999us", -ERANGE, 0 }, { "2m", -ERANGE, 0 },
		{ "100", -EINVAL, 0 }, { "ms", -EINVAL, 0 },
		{ "100 ms", -EINVAL, 0 }, { "100msx", -EINVAL, 0 },
		{ "-1s", -EINVAL, 0 }, { "1.5s", -EINVAL, 0 },
		{ "18446744073709551615s", -ERANGE, 0 },
	};

	each_row(c, cases) {
		uint64_t ns = 0;

		assert_int_equal(parse_duration(c->text, NSEC_PER_MSEC,
						90 * NSEC_PER_SEC, &ns), c->rc);
		assert_int_equal(ns, c->n);
	}
}

static void values_are_formatted(void **state UNUSED)
{
	char out[COUNT_TEXT_LEN], text[8];

	assert_string_equal(fmt_count(out, 0), "0");
	assert_string_equal(fmt_count(out, 999), "999");
	assert_string_equal(fmt_count(out, 1000), "1,000");
	assert_string_equal(fmt_count(out, UINT64_MAX),
			    "18,446,744,073,709,551,615");
	assert_string_equal(fmt_ns(out, 12345678901), "12.3 s");
	assert_string_equal(fmt_ns(out, 100000000), "100 ms");
	assert_string_equal(fmt_ns(out, 50000000), "50 ms");
	assert_string_equal(fmt_ns(out, 50500000), "50.5 ms");
	assert_string_equal(fmt_ns(out, 0), "0 ns");
	assert_string_equal(fmt_rate(out, 0), "0");
	assert_string_equal(fmt_rate(out, 0.25), "0.25");
	assert_string_equal(fmt_rate(out, 12345.6), "12,346");
	copy_printable(text, sizeof(text), "a\033[1mbcdefgh");
	assert_string_equal(text, "a?[1mbc");
}

static void invalid_utf8_is_replaced(void **state UNUSED)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "a\nb\177", "a?b?" },
		{ "\xc3\xa9\xe2\x82\xac", "\xc3\xa9\xe2\x82\xac" },
		{ "\xff\xc3", "??" },
		{ "\xc0\xaf", "??" },			/* not the shortest form */
		{ "\xed\xa0\x80", "???" },		/* a surrogate */
		{ "\xef\xbf\xbe\xef\xbf\xbf", "??" },	/* not characters */
		{ "1234567\xc3\xa9", "1234567" },	/* the last character does not fit */
		{ "12345678", "1234567" },
	};
	char text[8];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		copy_utf8(text, sizeof(text), rows[i].from);
		assert_string_equal(text, rows[i].to);
	}
	assert_int_equal(utf8_length("\xf0\x9f\x90\xa7"), 4);
	assert_int_equal(utf8_length("\xf4\x90\x80\x80"), 0);
}

static void ticker_counts_missed_deadlines(void **state UNUSED)
{
	struct ticker t;

	ticker_start(&t, 1000, 100);
	assert_int_equal(t.next_ns, 1100);
	assert_int_equal(ticker_advance(&t, 1100), 0);
	assert_int_equal(t.next_ns, 1200);
	assert_int_equal(ticker_advance(&t, 1299), 0);
	assert_int_equal(t.next_ns, 1300);
	/* served at 1500: the deadlines 1400 and 1500 were missed */
	assert_int_equal(ticker_advance(&t, 1500), 2);
	assert_int_equal(t.next_ns, 1600);
}

static void reasons_are_found_by_code_and_name(void **state UNUSED)
{
	const struct reason *r;
	size_t nr;

	assert_string_equal(reason_by_code(KES_ISA_VMX, 30)->name,
			    "IO_INSTRUCTION");
	assert_string_equal(reason_by_code(KES_ISA_VMX, 28)->name,
			    "CR_ACCESS");
	assert_string_equal(reason_by_code(KES_ISA_SVM, 0x400)->name, "NPF");
	assert_null(reason_by_code(KES_ISA_VMX, 0xdead));
	assert_string_equal(reason_by_code(KES_ISA_VMX, KES_CODE_UNKNOWN)->name,
			    "UNKNOWN");
	assert_int_equal(reason_by_name(KES_ISA_VMX,
					"exit_reason_cpuid")->code, 10);
	assert_int_equal(reason_by_name(KES_ISA_SVM, "SVM_EXIT_HLT")->code,
			 0x78);
	assert_null(reason_by_name(KES_ISA_SVM, "EPT_VIOLATION"));
	r = reason_list(&nr);
	for (size_t i = 0; i < nr; i++) {
		assert_ptr_equal(reason_by_code(r[i].isa, r[i].code), &r[i]);
		assert_true(r[i].code != KES_CODE_UNKNOWN);
	}
}

static void mistyped_reasons_get_suggestions(void **state UNUSED)
{
	const char *names[4];

	assert_true(reason_suggest("IO_INSTRUCTON", names, 4) >= 1);
	assert_string_equal(names[0], "IO_INSTRUCTION");
	assert_true(reason_suggest("cupid", names, 4) >= 1);
	assert_int_equal(reason_suggest("xyzzyplughfoobar", names, 4), 0);
}

static void classes_have_colours(void **state UNUSED)
{
	assert_int_equal(reason_colour("vmx", "io", 30),
			 reason_colour("svm", "io", 0x7b));
	assert_int_not_equal(reason_colour("svm", "cr", 0x0),
			     reason_colour("svm", "cr", 0x10));
	/* a class of a later version is grey and does not crash */
	reason_colour("vmx", "no-such-class", 1);
}

UNIT_TESTS("util",
	   TEST(numbers_are_parsed), TEST(durations_are_parsed),
	   TEST(values_are_formatted), TEST(invalid_utf8_is_replaced),
	   TEST(ticker_counts_missed_deadlines),
	   TEST(reasons_are_found_by_code_and_name),
	   TEST(mistyped_reasons_get_suggestions), TEST(classes_have_colours))

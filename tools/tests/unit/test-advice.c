// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests: every exit reason has causes, a cost and advice in whole sentences;
 * suggestions for mistyped names.
 */
#include <ctype.h>

#include "unit.h"
#include "exits/advice.h"
#include "lib/suggest.h"

/* Words that keep their case: names of parameters and options. */
static bool is_begin(const char *text)
{
	return !islower((unsigned char)*text) ||
	       strcspn(text, "=._-/0123456789") < strcspn(text, " ");
}

/* A text has whole sentences, only ASCII and no double spaces. */
static void check_text(const struct reason *r, const char *what,
		       const char *text)
{
	size_t len = strlen(text);
	bool good = len > 4 && text[len - 1] == '.' && !strstr(text, "  ") &&
		    is_begin(text);

	for (size_t i = 0; i < len; i++)
		good = good && isprint((unsigned char)text[i]);
	if (!good)
		fail_msg("%s %s: %s: \"%s\"", reason_isa_name(r->isa), r->name,
			 what, text);
}

static void check_if_any(const struct reason *r, const char *what,
			 const char *text)
{
	if (*text)
		check_text(r, what, text);
}

static void every_reason_has_advice(void **state UNUSED)
{
	const struct reason *r;
	size_t nr;

	r = reason_list(&nr);
	assert_true(nr > 200);
	for (size_t i = 0; i < nr; i++) {
		struct advice a = advice_of(&r[i]);

		check_text(&r[i], "causes", a.causes);
		check_text(&r[i], "cost", a.cost);
		if (!*a.guest && !*a.vmm && !*a.host)
			fail_msg("%s: has no advice", r[i].name);
		check_if_any(&r[i], "guest", a.guest);
		check_if_any(&r[i], "VMM", a.vmm);
		check_if_any(&r[i], "host", a.host);
		assert_true(*r[i].meaning && *r[i].reference);
	}
}

/* Reasons of the class "other" are unrelated: each has its own texts. */
static void reasons_of_class_other_have_own_texts(void **state UNUSED)
{
	const struct reason *r;
	size_t nr, seen = 0;

	r = reason_list(&nr);
	for (size_t i = 0; i < nr; i++) {
		struct advice a = advice_own(&r[i]);

		if (r[i].class != REASON_CLASS_OTHER)
			continue;
		seen++;
		if (!*a.causes || !*a.cost || !(*a.guest || *a.vmm || *a.host))
			fail_msg("%s %s: needs its own texts",
				 reason_isa_name(r[i].isa), r[i].name);
	}
	assert_true(seen > 20);
}

static void own_texts_replace_those_of_the_class(void **state UNUSED)
{
	const struct reason *hlt = reason_by_name(KES_ISA_VMX, "HLT");
	const struct reason *nmi = reason_by_name(KES_ISA_SVM, "NMI");
	const struct reason unknown = { .isa = KES_ISA_VMX, .code = 0xdead,
					.class = REASON_CLASS_OTHER };
	const struct reason pvm = { .isa = KES_ISA_PVM, .code = 77,
				    .class = REASON_CLASS_OTHER };
	struct advice a = advice_of(nmi);

	assert_string_equal(advice_own(hlt).causes, "");
	assert_string_equal(advice_of(hlt).causes,
			    advice_of_class(REASON_CLASS_HLT).causes);
	/* guest, vmm and host are either all its own or all those of the class */
	assert_string_equal(a.guest, "");
	assert_non_null(strstr(a.host, "nmi_watchdog"));
	assert_string_equal(a.cost,
			    advice_of_class(REASON_CLASS_INTERRUPT).cost);
	assert_string_equal(advice_of(&unknown).causes,
			    advice_of_class(REASON_CLASS_OTHER).causes);
	assert_non_null(strstr(advice_of(&pvm).host, "nested virtualization"));
}

static bool names(const struct advice *a, const char *module)
{
	return strstr(a->causes, module) || strstr(a->cost, module) ||
	       strstr(a->guest, module) || strstr(a->vmm, module) ||
	       strstr(a->host, module);
}

/* Advice for a VMX reason does not name parameters of kvm_amd. */
static void advice_names_parameters_of_its_vendor_only(void **state UNUSED)
{
	const struct reason *r;
	struct advice a = advice_of_class(REASON_CLASS_INTERRUPT);
	size_t nr;

	r = reason_list(&nr);
	for (size_t i = 0; i < nr; i++) {
		struct advice one = advice_of(&r[i]);

		if (names(&one, r[i].isa == KES_ISA_VMX ? "kvm_amd." :
			  r[i].isa == KES_ISA_SVM ? "kvm_intel." : "none."))
			fail_msg("%s %s: names a parameter of another vendor",
				 reason_isa_name(r[i].isa), r[i].name);
	}
	assert_true(names(&a, "kvm_intel.enable_apicv=1"));
	assert_true(names(&a, "kvm_amd.avic=1"));
	a = advice_of(reason_by_name(KES_ISA_VMX, "EXTERNAL_INTERRUPT"));
	assert_true(names(&a, "kvm_intel.enable_apicv=1"));
	a = advice_of(reason_by_name(KES_ISA_SVM, "INTR"));
	assert_true(names(&a, "kvm_amd.avic=1"));
}

static void distance_counts_edits(void **state UNUSED)
{
	static const struct {
		const char *a, *b;
		size_t edits;
	} pairs[] = {
		{ "kitten", "sitting", 3 },
		{ "", "abc", 3 },
		{ "abc", "", 3 },
		{ "HLT", "hlt", 0 },
		{ "HTL", "hlt", 1 },		/* adjacent letters swapped */
		{ "reprot", "report", 1 },
		{ "abcd", "badc", 2 },
		{ "ab", "bca", 3 },
	};

	each_row(p, pairs) {
		assert_int_equal(suggest_distance(p->a, p->b), p->edits);
		assert_int_equal(suggest_distance(p->b, p->a), p->edits);
	}
}

/* The closest names to the input, separated by spaces. */
static void suggests_closest_names(void **state UNUSED)
{
	static const char *const names[] = {
		"list", "reset", "top", NULL, "record", "report", "check",
		"check-budget", "explain", "top",
	};
	static const struct {
		const char *typed, *close;
	} rows[] = {
		{ "TOP", "top" },		/* case is ignored; listed once */
		{ "tpo", "top" },
		{ "reprot", "report" },
		{ "rec", "record" },		/* a prefix */
		{ "re", "reset record" },	/* no more than the requested number */
		{ "budget", "check-budget" },	/* a part of a name */
		{ "exxplain", "explain" },
		{ "r", "" },
		{ "", "" },
		{ "foo", "" },
		{ "serial", "" },
	};
	const char *out[2];

	each_row(r, rows) {
		size_t n = suggest(r->typed, names, ARRAY_LEN(names), out, 2);
		struct buf b = { 0 };

		for (size_t i = 0; i < n; i++)
			buf_printf(&b, "%s%s", i ? " " : "", out[i]);
		assert_string_equal(b.data ? b.data : "", r->close);
		buf_free(&b);
	}
	assert_null(suggest_one("x", names, 0));
	assert_string_equal(suggest_one("re", names, ARRAY_LEN(names)),
			    "reset");
	assert_null(suggest_one("zzz", names, ARRAY_LEN(names)));
}

/* Each alias names an existing reason and differs from the kernel's name. */
static void aliases_name_a_reason(void **state UNUSED)
{
	static const struct {
		uint32_t isa;
		uint64_t code;
		const char *name;
	} names[] = {
#define NAME(isa, code, name) { KES_ISA_##isa, (uint64_t)(int64_t)(code), name },
#include "exits/names.def"
	};

	each_row(row, names) {
		const struct reason *r = reason_by_name(row->isa, row->name);

		assert_non_null(r);
		assert_int_equal(r->code, row->code);
		assert_int_not_equal(strcasecmp(r->name, row->name), 0);
	}
	assert_string_equal(reason_by_name(KES_ISA_SVM, "PF excp")->name,
			    "EXCP_PF");
	assert_null(reason_by_name(KES_ISA_VMX, "PF excp"));
	assert_null(reason_by_name(KES_ISA_VMX, "io"));
}

UNIT_TESTS("advice",
	   TEST(every_reason_has_advice),
	   TEST(reasons_of_class_other_have_own_texts),
	   TEST(own_texts_replace_those_of_the_class),
	   TEST(advice_names_parameters_of_its_vendor_only),
	   TEST(distance_counts_edits), TEST(suggests_closest_names),
	   TEST(aliases_name_a_reason))

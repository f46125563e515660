// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements reasons.h from module/exits.def and kvm-stats.def.
 *
 * The palette of classes: the most frequent classes of a boot have the eight
 * colours of M. Okabe and K. Ito ("Color Universal Design", 2008); the others
 * have further hues of different lightness.
 */
#include <stdio.h>
#include <string.h>

#include "exits/kvm-stats.h"
#include "lib/suggest.h"
#include "exits/reasons.h"

static const struct reason reasons[] = {
#define KES_VMX(name, code, class, meaning, reference) \
	{ KES_ISA_VMX, (uint64_t)(int64_t)(code), #name, \
	  REASON_CLASS_##class, meaning, reference },
#include "exits.def"
#define KES_SVM(name, code, class, meaning, reference) \
	{ KES_ISA_SVM, (uint64_t)(int64_t)(code), #name, \
	  REASON_CLASS_##class, meaning, reference },
#include "exits.def"
#define KVM_STAT(name, class, meaning) \
	{ KES_ISA_KVM, KVM_STAT_##name, #name, REASON_CLASS_##class, meaning, \
	  "docs/sources.md" },
#include "exits/kvm-stats.def"
#undef KVM_STAT
};

#define NO_REASON(_isa) \
	{ _isa, KES_CODE_UNKNOWN, "UNKNOWN", REASON_CLASS_OTHER, \
	  "a code that is not in the list; the last raw code is kept per vCPU", \
	  "none" }, \
	{ _isa, KES_CODE_NONE, "(no exit yet)", REASON_CLASS_OTHER, \
	  "time before the first exit", "none" }, \
	{ _isa, KES_CODE_EMULATED, "(emulation)", REASON_CLASS_OTHER, \
	  "time after an entry that KVM emulated, without an exit", "none" }, \
	{ _isa, KES_CODE_ENTRY_FAILED, "(entry failed)", REASON_CLASS_OTHER, \
	  "time after a failed entry, without an exit", "none" }

static const struct reason unknown_reasons[] = {
	NO_REASON(KES_ISA_VMX),
	NO_REASON(KES_ISA_SVM),
	NO_REASON(KES_ISA_PVM),
};

static const struct {
	const char *name;
	const char *meaning;
	uint32_t colour;
} classes[REASON_NR_CLASSES] = {
#define KES_CLASS(id, n, m) [REASON_CLASS_##id] = { .name = n, .meaning = m },
#include "exits.def"
};

static const uint32_t palette[] = {
	[REASON_CLASS_OTHER] = 0x9a9a9a,
	[REASON_CLASS_IO] = 0xe69f00,		/* orange */
	[REASON_CLASS_MSR] = 0x009e73,		/* bluish green */
	[REASON_CLASS_MSR_READ] = 0x7fd4b4,
	[REASON_CLASS_MSR_WRITE] = 0x009e73,
	[REASON_CLASS_CPUID] = 0xcc79a7,	/* reddish purple */
	[REASON_CLASS_HLT] = 0x68727c,
	[REASON_CLASS_INTERRUPT] = 0xd55e00,	/* vermilion */
	[REASON_CLASS_EXCEPTION] = 0x882255,
	[REASON_CLASS_PAGE_FAULT] = 0x0072b2,	/* blue */
	[REASON_CLASS_MMIO] = 0x56b4e9,		/* sky blue */
	[REASON_CLASS_CR] = 0x8c564b,
	[REASON_CLASS_DR] = 0xc49c94,
	[REASON_CLASS_HYPERCALL] = 0x332288,
	[REASON_CLASS_PAUSE] = 0xbcbd22,
	[REASON_CLASS_APIC] = 0x117733,
	[REASON_CLASS_TIMER] = 0xf0e442,	/* yellow */
	[REASON_CLASS_WINDOW] = 0x999933,
	[REASON_CLASS_TLB] = 0x44aa99,
	[REASON_CLASS_NESTED] = 0xaa4499,
	[REASON_CLASS_SHUTDOWN] = 0x3b3b3b,
	[REASON_CLASS_ERROR] = 0xa00000,
};
_Static_assert(ARRAY_LEN(palette) == REASON_NR_CLASSES,
	       "every class of exits.def needs a colour");

const struct reason *reason_list(size_t *nr)
{
	*nr = ARRAY_LEN(reasons);
	return reasons;
}

const struct reason *reason_by_code(uint32_t isa, uint64_t code)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i].isa == isa && reasons[i].code == code)
			return &reasons[i];
	for (i = 0; i < ARRAY_LEN(unknown_reasons); i++)
		if (unknown_reasons[i].isa == isa &&
		    unknown_reasons[i].code == code)
			return &unknown_reasons[i];
	return NULL;
}

bool reason_is_pseudo(uint64_t code)
{
	return code == KES_CODE_NONE || code == KES_CODE_EMULATED ||
	       code == KES_CODE_ENTRY_FAILED;
}

static const char *strip_prefix(const char *name)
{
	static const char *const prefixes[] = {
		"EXIT_REASON_", "SVM_EXIT_",
	};

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (!strncasecmp(name, prefixes[i], strlen(prefixes[i])))
			return name + strlen(prefixes[i]);
	return name;
}

static const struct {
	uint32_t isa;
	uint64_t code;
	const char *name;
} other_names[] = {
#define NAME(isa, code, name) { KES_ISA_##isa, (uint64_t)(int64_t)(code), name },
#include "exits/names.def"
};

/* SVM's exceptions are traced as "PF excp". */
static const struct reason *by_traced_exception(const char *name)
{
	char own[16];

	if (strlen(name) != 7 || strcasecmp(name + 2, " excp"))
		return NULL;
	snprintf(own, sizeof(own), "EXCP_%.2s", name);
	return reason_by_name(KES_ISA_SVM, own);
}

static const struct reason *by_other_name(uint32_t isa, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(other_names); i++)
		if (other_names[i].isa == isa &&
		    !strcasecmp(other_names[i].name, name))
			return reason_by_code(isa, other_names[i].code);
	return isa == KES_ISA_SVM ? by_traced_exception(name) : NULL;
}

const struct reason *reason_by_name(uint32_t isa, const char *name)
{
	name = strip_prefix(name);
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i].isa == isa && !strcasecmp(reasons[i].name, name))
			return &reasons[i];
	for (size_t i = 0; i < ARRAY_LEN(unknown_reasons); i++)
		if (unknown_reasons[i].isa == isa &&
		    !strcasecmp(unknown_reasons[i].name, name))
			return &unknown_reasons[i];
	return by_other_name(isa, name);
}

const char *reason_class_name(enum reason_class class)
{
	return classes[class].name;
}

const char *reason_class_meaning(enum reason_class class)
{
	return classes[class].meaning;
}

int reason_class_by_name(const char *name)
{
	for (int i = 0; i < REASON_NR_CLASSES; i++)
		if (!strcmp(classes[i].name, name))
			return i;
	return -1;
}

void reason_code_name(uint32_t isa, uint64_t code, char *out, size_t size)
{
	const struct reason *r = reason_by_code(isa, code);

	if (r)
		snprintf(out, size, "%s", r->name);
	else
		snprintf(out, size, isa == KES_ISA_PVM ? "code %#llx" :
			 "CODE_%#llx", (unsigned long long)code);
}

const char *reason_code_meaning(uint32_t isa)
{
	return isa == KES_ISA_PVM ?
	       "an exit code of PVM, which is not documented" :
	       "a code that exitstat cannot name";
}

static const char *const isas[] = {
	[KES_ISA_NONE] = "none",
	[KES_ISA_VMX] = "vmx",
	[KES_ISA_SVM] = "svm",
	[KES_ISA_PVM] = "pvm",
	[KES_ISA_KVM] = "kvm",
};

const char *reason_isa_name(uint32_t isa)
{
	return isas[isa < ARRAY_LEN(isas) ? isa : KES_ISA_NONE];
}

uint32_t reason_isa_by_name(const char *name)
{
	for (uint32_t i = 0; i < ARRAY_LEN(isas); i++)
		if (!strcasecmp(isas[i], name))
			return i;
	return KES_ISA_NONE;
}

size_t reason_suggest(const char *name, const char **out, size_t max)
{
	const char *names[ARRAY_LEN(reasons)];

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		names[i] = reasons[i].name;
	return suggest(strip_prefix(name), names, ARRAY_LEN(names), out, max);
}

static bool is_read(const struct reason *r)
{
	return !strncmp(r->name, "READ_", 5);
}

/*
 * The shade of a reason within the hue of its class: the first reason has the pure
 * hue; a read and a write of one register differ.
 */
static size_t shade_index(const struct reason *r)
{
	size_t rank = 0;

	for (size_t i = 0; &reasons[i] != r; i++)
		rank += reasons[i].isa == r->isa &&
			reasons[i].class == r->class &&
			is_read(&reasons[i]) == is_read(r);
	return 2 * rank + is_read(r);
}

/* Move each channel towards white (t > 0) or black (t < 0). */
static uint32_t shade(uint32_t colour, double t)
{
	uint32_t out = 0;

	for (int shift = 16; shift >= 0; shift -= 8) {
		double c = (colour >> shift) & 0xff;

		c = t > 0 ? c + (255 - c) * t : c * (1 + t);
		out |= (uint32_t)(c + 0.5) << shift;
	}
	return out;
}

uint32_t reason_colour(const char *isa, const char *class, uint64_t code)
{
	static const double shades[] = {
		0, 0.35, -0.35, 0.2, -0.5, 0.48, -0.2,
	};
	int id = reason_class_by_name(class);
	size_t i;

	if (id < 0)
		return palette[REASON_CLASS_OTHER];
	/* PVM codes have no class: give each code a hue */
	if (reason_isa_by_name(isa) == KES_ISA_PVM)
		return palette[1 + code % (REASON_NR_CLASSES - 1)];
	for (i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i].code == code &&
		    reasons[i].isa == reason_isa_by_name(isa))
			return shade(palette[id], shades[shade_index(&reasons[i]) %
							 ARRAY_LEN(shades)]);
	return palette[id];
}

/* SVM has one code for what VMX has several: compare the wider class. */
static const struct {
	const char *class;
	const char *with;
} wider[] = {
	{ "msr-read", "msr" },
	{ "msr-write", "msr" },
	{ "mmio", "page-fault" },
};

const char *reason_class_on_svm(const char *class)
{
	for (size_t k = 0; k < ARRAY_LEN(wider); k++)
		if (!strcmp(class, wider[k].class))
			return wider[k].with;
	return class;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exit reasons by name and by code, from module/exits.def and, for KVM's own
 * statistics, kvm-stats.def; and the colours of reasons.
 */
#ifndef EXITSTAT_REASONS_H
#define EXITSTAT_REASONS_H

#include <linux/types.h>

#include "kvm_exit_stats.h"
#include "util.h"

enum reason_class {
#define KES_CLASS(id, name, meaning) REASON_CLASS_##id,
#include "exits.def"
	REASON_NR_CLASSES
};

struct reason {
	uint32_t isa;		/* KES_ISA_* */
	uint64_t code;
	const char *name;
	enum reason_class class;
	const char *meaning;
	const char *reference;
};

/*
 * All reasons: VMX, then SVM, each in the order of exits.def, then KVM's own
 * statistics in the order of kvm-stats.def.
 */
const struct reason *reason_list(size_t *nr);
/* NULL if the list has no such code. KES_CODE_UNKNOWN is named UNKNOWN. */
const struct reason *reason_by_code(uint32_t isa, uint64_t code);
/*
 * Ignores case and the prefixes EXIT_REASON_ and SVM_EXIT_; accepts the names of
 * names.def, too. NULL if there is no such name.
 */
const struct reason *reason_by_name(uint32_t isa, const char *name);

/* Codes of time that follows no exit, such as KES_CODE_NONE. */
bool reason_is_pseudo(uint64_t code);

const char *reason_class_name(enum reason_class class);
const char *reason_class_meaning(enum reason_class class);
/* -1 if there is no such class. */
int reason_class_by_name(const char *name);
/* The class that corresponds to @class in SVM's codes; it may be wider. */
const char *reason_class_on_svm(const char *class);

/* The name of a code, or its number as text. */
void reason_code_name(uint32_t isa, uint64_t code, char *out, size_t size);
/* The meaning of codes without a name. */
const char *reason_code_meaning(uint32_t isa);

/* "vmx", "svm", "pvm", "kvm"; "none" for anything else */
const char *reason_isa_name(uint32_t isa);
/* KES_ISA_NONE for anything else */
uint32_t reason_isa_by_name(const char *name);

/* Store up to @max names close to @name; return their number. */
size_t reason_suggest(const char *name, const char **out, size_t max);

/*
 * 0xRRGGBB, always the same for a reason: one hue per class, chosen to be
 * distinguishable with any colour vision, and a shade for each of its reasons.
 */
uint32_t reason_colour(const char *isa, const char *class, uint64_t code);

#endif

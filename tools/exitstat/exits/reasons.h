/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exit reasons by name and by code. Everything known about them comes from
 * module/exits.def, and of KVM's own statistics from kvm-stats.def; only the
 * colours of the classes are added here.
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
 * The whole list: VMX, then SVM, each in the order of exits.def, then KVM's own
 * statistics in that of kvm-stats.def.
 */
const struct reason *reason_list(size_t *nr);
/* NULL when the list has no such code. KES_CODE_UNKNOWN is named UNKNOWN. */
const struct reason *reason_by_code(uint32_t isa, uint64_t code);
/*
 * Without regard to case, with or without EXIT_REASON_ / SVM_EXIT_; also by the
 * names that others have (names.def).
 */
const struct reason *reason_by_name(uint32_t isa, const char *name);

const char *reason_class_name(enum reason_class class);
const char *reason_class_meaning(enum reason_class class);
/* -1 when there is no such class. */
int reason_class_by_name(const char *name);
/* The class that SVM's codes have for @class, which may be a wider one. */
const char *reason_class_on_svm(const char *class);

/* The name, or one made of the number if there is none. */
void reason_code_name(uint32_t isa, uint64_t code, char *out, size_t size);
/* What can be said of codes without a name. */
const char *reason_code_meaning(uint32_t isa);

/* "vmx", "svm", "pvm", "kvm"; "none" for anything else */
const char *reason_isa_name(uint32_t isa);
/* KES_ISA_NONE when it is none of them */
uint32_t reason_isa_by_name(const char *name);

/* Up to @max names close to @name, best first; returns how many. */
size_t reason_suggest(const char *name, const char **out, size_t max);

/*
 * 0xRRGGBB, always the same for the same reason: one hue per class, chosen to
 * be told apart with any colour vision, and a shade per reason of the class.
 */
uint32_t reason_colour(const char *isa, const char *class, uint64_t code);

#endif

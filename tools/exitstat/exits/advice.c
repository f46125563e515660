// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements advice.h. A class without a row, a row for an unknown class or reason,
 * and two rows for one reason do not compile.
 */
#include "exits/advice.h"

/* The texts of each class: for VMX, for SVM, and for all. */
#define ADVICE_CLASS(id, ...) \
	static const struct advice vmx_##id = { __VA_ARGS__ };
#define VENDOR(intel, amd, both)	intel
#include "exits/advice.def"
#define ADVICE_CLASS(id, ...) \
	static const struct advice svm_##id = { __VA_ARGS__ };
#define VENDOR(intel, amd, both)	amd
#include "exits/advice.def"
#define ADVICE_CLASS(id, ...) \
	static const struct advice all_##id = { __VA_ARGS__ };
#define VENDOR(intel, amd, both)	both
#include "exits/advice.def"

static const struct {
	const struct advice *vmx, *svm, *all;
} classes[REASON_NR_CLASSES] = {
#define KES_CLASS(id, name, meaning) \
	[REASON_CLASS_##id] = { &vmx_##id, &svm_##id, &all_##id },
#include "exits.def"
};

/* The order of reason_list(). */
enum {
#define KES_VMX(name, ...) AT_VMX_##name,
#include "exits.def"
#define KES_SVM(name, ...) AT_SVM_##name,
#include "exits.def"
#define KVM_STAT(name, ...) AT_KVM_##name,
#include "exits/kvm-stats.def"
#undef KVM_STAT
	NR_REASONS
};

static const struct advice own[NR_REASONS] = {
#define ADVICE_VMX(name, ...) [AT_VMX_##name] = { __VA_ARGS__ },
#define ADVICE_SVM(name, ...) [AT_SVM_##name] = { __VA_ARGS__ },
#define ADVICE_KVM(name, ...) [AT_KVM_##name] = { __VA_ARGS__ },
#include "exits/advice.def"
};

static const char *text_or_none(const char *text)
{
	return text ? text : "";
}

struct advice advice_own(const struct reason *r)
{
	const struct reason *list;
	struct advice a = { 0 };
	size_t nr;

	list = reason_list(&nr);
	for (size_t i = 0; i < nr; i++)
		if (list[i].isa == r->isa && list[i].code == r->code)
			a = own[i];
	return (struct advice) {
		.causes = text_or_none(a.causes), .cost = text_or_none(a.cost),
		.guest = text_or_none(a.guest), .vmm = text_or_none(a.vmm),
		.host = text_or_none(a.host),
	};
}

/* PVM's codes are in no list; this is true for all of them. */
static const struct advice of_pvm = {
	.causes = "Operations that need virtualization hardware otherwise: system calls and faults of the guest's kernel, privileged instructions, ports and device memory; and interrupts of the host.",
	.cost = "A switch of address spaces in software, in addition to KVM's handling; docs/measuring.md has examples.",
	.guest = "", .vmm = "",
	.host = "Use a machine with VMX or SVM, or a host that offers nested virtualization.",
};

struct advice advice_of_class(enum reason_class class)
{
	return *classes[class].all;
}

static const struct advice *class_advice(const struct reason *r)
{
	switch (r->isa) {
	case KES_ISA_VMX:
		return classes[r->class].vmx;
	case KES_ISA_SVM:
		return classes[r->class].svm;
	default:
		return classes[r->class].all;
	}
}

struct advice advice_of(const struct reason *r)
{
	struct advice a = advice_own(r);
	const struct advice *c = class_advice(r);

	if (r->isa == KES_ISA_PVM)
		return of_pvm;
	if (!*a.causes)
		a.causes = c->causes;
	if (!*a.cost)
		a.cost = c->cost;
	if (!*a.guest && !*a.vmm && !*a.host) {
		a.guest = c->guest;
		a.vmm = c->vmm;
		a.host = c->host;
	}
	return a;
}

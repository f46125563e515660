// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements advice.h. A class without a row, a row of no class or reason, and
 * two rows of one reason do not compile.
 */
#include "exits/advice.h"

#define ADVICE_CLASS(id, ...) \
	static const struct advice class_##id = { __VA_ARGS__ };
#include "exits/advice.def"

static const struct advice *const classes[REASON_NR_CLASSES] = {
#define KES_CLASS(id, name, meaning) [REASON_CLASS_##id] = &class_##id,
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

/* No list has PVM's codes; this is true of all of them. */
static const struct advice of_pvm = {
	.causes = "What a guest cannot do by itself without the help of the CPU: system calls and faults of its kernel, privileged instructions, ports and device memory; and interrupts of the host.",
	.cost = "A change of address spaces in software beside what KVM does about it; docs/measuring.md has examples.",
	.guest = "", .vmm = "",
	.host = "A machine with VMX or SVM, or a host that offers nested virtualization.",
};

struct advice advice_of_class(enum reason_class class)
{
	return *classes[class];
}

struct advice advice_of(const struct reason *r)
{
	struct advice a = advice_own(r);
	const struct advice *c = classes[r->class];

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

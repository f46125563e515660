// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the tables generated from exits.def, see slots.h.
 */
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <asm/kvm_exit_stats.h>

#include "slots.h"

static_assert(KES_NR_SLOTS <= 255, "a slot number is a u8 in the tables");

u8 kes_vmx_slots[KES_NR_SLOTS] __ro_after_init;
EXPORT_SYMBOL_GPL(kes_vmx_slots);

u8 kes_svm_slots[KES_SVM_NEAR] __ro_after_init;
EXPORT_SYMBOL_GPL(kes_svm_slots);

static const struct kes_reason kes_unknown = {
	KES_CODE_UNKNOWN, "UNKNOWN", KES_CLASS_OTHER
};

/* The code of a row is its index, see kes_slots_init(). */
static struct kes_reason kes_vmx_reasons[KES_VMX_NEAR] __ro_after_init = {
#define KES_VMX(_name, _code, _class, ...)			\
	[_code] = {						\
		.name = #_name,					\
		.class = KES_CLASS_##_class,			\
	},
#include "exits.def"
};

static const struct kes_reason kes_svm_reasons[] = {
#define KES_SVM(_name, _code, _class, ...)			\
	[KES_SVM_##_name] = {					\
		.code = (u64)(_code),				\
		.name = #_name,					\
		.class = KES_CLASS_##_class,			\
	},
#include "exits.def"
};

void __init kes_slots_init(void)
{
	unsigned int slot;

	memset(kes_vmx_slots, KES_SLOT_UNKNOWN, sizeof(kes_vmx_slots));
	for (slot = 0; slot < ARRAY_SIZE(kes_vmx_reasons); slot++) {
		kes_vmx_reasons[slot].code = slot;
		if (kes_vmx_reasons[slot].name)
			kes_vmx_slots[slot] = slot;
	}
	memset(kes_svm_slots, KES_SLOT_UNKNOWN, sizeof(kes_svm_slots));
	for (slot = 0; slot < ARRAY_SIZE(kes_svm_reasons); slot++) {
		if (kes_svm_reasons[slot].code < KES_SVM_NEAR)
			kes_svm_slots[kes_svm_reasons[slot].code] = slot;
	}
}

/*
 * Find the slot of a software-defined or negative code. These are rare (a
 * failed VMRUN, software exits of an SEV-ES guest), so a linear search is
 * sufficient. KVM keeps only the low 32 bits of the code.
 */
unsigned int kes_svm_far_slot(u32 code)
{
	unsigned int slot;

	for (slot = 0; slot < ARRAY_SIZE(kes_svm_reasons); slot++) {
		if ((u32)kes_svm_reasons[slot].code == code)
			return slot;
	}
	return KES_SLOT_UNKNOWN;
}
EXPORT_SYMBOL_GPL(kes_svm_far_slot);

unsigned int kes_slot(u32 isa, u32 code)
{
	if (isa == KES_ISA_VMX)
		return code < KES_VMX_NEAR ? kes_vmx_slots[code] :
					     KES_SLOT_UNKNOWN;
	return code < KES_SVM_NEAR ? kes_svm_slots[code] :
				     kes_svm_far_slot(code);
}

const struct kes_reason *kes_reason(u32 isa, unsigned int slot)
{
	if (isa != KES_ISA_NONE && slot == KES_SLOT_UNKNOWN)
		return &kes_unknown;
	if (isa == KES_ISA_VMX && slot < ARRAY_SIZE(kes_vmx_reasons) &&
	    kes_vmx_reasons[slot].name)
		return &kes_vmx_reasons[slot];
	if (isa == KES_ISA_SVM && slot < ARRAY_SIZE(kes_svm_reasons))
		return &kes_svm_reasons[slot];
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: from exit codes to slots.
 *
 * A slot is an exit reason's place in a vCPU's counters. exits.def gives each
 * of its rows one; slot 0 takes every code that is in no row, so that no code,
 * however odd, can index outside a table. Slots are the engine's own matter:
 * user space sees codes.
 */
#ifndef KES_SLOTS_H
#define KES_SLOTS_H

#include <linux/types.h>

#define KES_SLOT_UNKNOWN	0

enum kes_class {
#define KES_CLASS(id, ...)	KES_CLASS_##id,
#include "exits.def"
	KES_NR_CLASSES,
};

enum kes_vmx_slot {
	KES_VMX_UNKNOWN,
#define KES_VMX(name, ...)	KES_VMX_##name,
#include "exits.def"
	KES_NR_VMX_SLOTS,
};

enum kes_svm_slot {
	KES_SVM_UNKNOWN,
#define KES_SVM(name, ...)	KES_SVM_##name,
#include "exits.def"
	KES_NR_SVM_SLOTS,
};

/* Room for either vendor. */
union kes_slots_of_either {
	char vmx[KES_NR_VMX_SLOTS];
	char svm[KES_NR_SVM_SLOTS];
};

#define KES_NR_SLOTS	(sizeof(union kes_slots_of_either))

/* Codes below these are looked up in a table, one load. */
#define KES_VMX_NEAR	128
#define KES_SVM_NEAR	0x410

struct kes_reason {
	u64 code;
	const char *name;
	u8 class;
};

extern u8 kes_vmx_slots[KES_VMX_NEAR];
extern u8 kes_svm_slots[KES_SVM_NEAR];

void kes_slots_init(void);
unsigned int kes_svm_far_slot(u32 code);

/* The slots of @isa (KES_ISA_*): *nr of them, none without a vendor. */
const struct kes_reason *kes_reasons(u32 isa, unsigned int *nr);

#endif /* KES_SLOTS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: mapping exit codes to slots.
 *
 * A slot is the index of an exit reason in a vCPU's counters. SVM's reasons
 * have consecutive slots; a small VMX code is its own slot. The last slot
 * counts all codes without a slot, so that no code can index outside a table.
 * Readers add the counts of unlisted VMX codes to those of the last slot.
 * Slots are internal to the engine: user space sees codes.
 */
#ifndef KES_SLOTS_H
#define KES_SLOTS_H

#include <linux/types.h>

enum kes_class {
#define KES_CLASS(id, ...)	KES_CLASS_##id,
#include "exits.def"
	KES_NR_CLASSES,
};

/* Codes below these need no search. */
#define KES_VMX_NEAR	128
#define KES_SVM_NEAR	0x410

enum kes_svm_slot {
#define KES_SVM(name, ...)	KES_SVM_##name,
#include "exits.def"
	KES_NR_SVM_SLOTS,
};

/* As many slots as the vendor with more of them needs. */
union kes_slots_of_either {
	char vmx[KES_VMX_NEAR];
	char svm[KES_NR_SVM_SLOTS];
};

#define KES_SLOT_UNKNOWN	(sizeof(union kes_slots_of_either))
#define KES_NR_SLOTS		(KES_SLOT_UNKNOWN + 1)

/* No exit, or no exit to charge yet. */
#define KES_NO_SLOT		KES_NR_SLOTS

/* What time is charged to after an attempt without an exit */
#define KES_SLOT_EMULATED	(KES_NR_SLOTS + 1)
#define KES_SLOT_ENTRY_FAILED	(KES_NR_SLOTS + 2)
#define KES_NR_TIME_SLOTS	(KES_NR_SLOTS + 3)

struct kes_reason {
	u64 code;
	const char *name;
	u8 class;
};

/* KES_SLOT_UNKNOWN for a code that is not in exits.def */
extern u8 kes_vmx_slots[KES_NR_SLOTS];
extern u8 kes_svm_slots[KES_SVM_NEAR];

void kes_slots_init(void);
unsigned int kes_svm_far_slot(u32 code);

/* Return the slot of any code; @isa: KES_ISA_* */
unsigned int kes_slot(u32 isa, u32 code);

/* Return the reason of a slot, NULL if there is none; @isa: KES_ISA_* */
const struct kes_reason *kes_reason(u32 isa, unsigned int slot);

#endif /* KES_SLOTS_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: reading counters while they are incremented.
 */
#include <linux/string.h>

#include "engine.h"
#include "read.h"

/* The members of struct kes_counts before unknown_last, as an array of u64 */
#define KES_COUNTS_U64	(offsetof(struct kes_counts, unknown_last) / sizeof(u64))

static void kes_read_u64(void *to, const void *from, size_t size)
{
	const u64 *source = from;
	u64 *dest = to;
	size_t i;

	for (i = 0; i < size / sizeof(u64); i++)
		dest[i] = READ_ONCE(source[i]);
}

static void kes_fold_column(u64 *column, unsigned int slot)
{
	column[KES_SLOT_UNKNOWN] += column[slot];
	column[slot] = 0;
}

/* The hot path counts small VMX codes without checking that they are listed. */
static void kes_fold_unknown(struct kes_counts *counts)
{
	unsigned int slot, column;

	for (slot = 0; slot < KES_VMX_NEAR; slot++) {
		if (kes_vmx_slots[slot] == slot ||
		    !kes_slot_total(counts, slot))
			continue;
		counts->unknown_last = slot;
		for (column = 0; column < KES_NR_L1_COLUMNS; column++)
			kes_fold_column(counts->l1[column], slot);
		for (column = 0; column < KES_NR_L2_COLUMNS; column++)
			kes_fold_column(counts->l2[column], slot);
	}
}

/*
 * Copy the counters of a vCPU. Each counter is read atomically. The caller holds
 * the lock of the VM, or has a reference to KVM's vCPU.
 */
void kes_copy_vcpu(struct kes_counts *to, const struct kes_hot *hot)
{
	const u64 (*l2)[KES_NR_SLOTS];
	const struct kes_vcpu *vcpu;

	/* Pairs with kes_install_counters(). */
	vcpu = smp_load_acquire(&hot->vcpu);
	if (!vcpu) {
		memset(to, 0, sizeof(*to));
		return;
	}
	/* Pairs with kes_vcpu_set_l2(). */
	l2 = (void *)smp_load_acquire(&vcpu->l2);
	kes_read_u64(to->l1, vcpu->l1, sizeof(to->l1));
	if (l2)
		kes_read_u64(to->l2, l2, sizeof(to->l2));
	else
		memset(to->l2, 0, sizeof(to->l2));
	kes_read_u64(to->userspace, vcpu->userspace, sizeof(to->userspace));
	kes_read_u64(&to->entries, &vcpu->entries, sizeof(to->entries));
	to->entries.attempts = READ_ONCE(hot->attempts);
	to->unknown_last = READ_ONCE(vcpu->unknown_last);
	if (kes.isa == KES_ISA_VMX)
		kes_fold_unknown(to);
}

void kes_add_counts(struct kes_counts *sum, const struct kes_counts *counts)
{
	const u64 *from = (const u64 *)counts;
	u64 *to = (u64 *)sum;
	size_t i;

	for (i = 0; i < KES_COUNTS_U64; i++)
		to[i] += from[i];
	if (counts->unknown_last)
		sum->unknown_last = counts->unknown_last;
}

void kes_subtract_counts(struct kes_counts *sum, const struct kes_counts *base)
{
	const u64 *from = (const u64 *)base;
	u64 *to = (u64 *)sum;
	size_t i;

	for (i = 0; i < KES_COUNTS_U64; i++)
		to[i] -= from[i];
}

u64 kes_slot_total(const struct kes_counts *counts, unsigned int slot)
{
	return counts->l1[KES_EXITS][slot] + counts->l2[KES_EXITS][slot];
}

u64 kes_total(const struct kes_counts *counts)
{
	unsigned int slot;
	u64 total = 0;

	for (slot = 0; slot < KES_NR_SLOTS; slot++)
		total += kes_slot_total(counts, slot);
	return total;
}

/*
 * Return the remainder of the accounting check: attempts without an exit, a
 * failed or an emulated entry (positive), or the reverse (negative). It is 0,
 * except for vCPUs that ran when counting was switched, or while they were
 * read.
 */
s64 kes_unaccounted(const struct kes_counts *counts)
{
	return counts->entries.attempts - counts->entries.failed -
	       counts->entries.emulated - kes_total(counts);
}

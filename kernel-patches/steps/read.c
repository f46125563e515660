count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count    | * KVM exit statistics: reading counters while they are incremented.
count    | */
count    |#include <linux/string.h>
count    |
count    |#include "engine.h"
count    |#include "read.h"
count    |
snapshot |/* The members of struct kes_counts before unknown_last, as an array of u64 */
snapshot |#define KES_COUNTS_U64	(offsetof(struct kes_counts, unknown_last) / sizeof(u64))
count    |
count    |static void kes_read_u64(void *to, const void *from, size_t size)
count    |{
count    |	const u64 *source = from;
count    |	u64 *dest = to;
count    |	size_t i;
count    |
count    |	for (i = 0; i < size / sizeof(u64); i++)
count    |		dest[i] = READ_ONCE(source[i]);
count    |}
count    |
count    |static void kes_fold_column(u64 *column, unsigned int slot)
count    |{
count    |	column[KES_SLOT_UNKNOWN] += column[slot];
count    |	column[slot] = 0;
count    |}
count    |
count    |/* The hot path counts small VMX codes without checking that they are listed. */
count    |static void kes_fold_unknown(struct kes_counts *counts)
count    |{
count    |	unsigned int slot, column;
count    |
count    |	for (slot = 0; slot < KES_VMX_NEAR; slot++) {
count    |		if (kes_vmx_slots[slot] == slot ||
count    |		    !kes_slot_total(counts, slot))
count    |			continue;
count    |		counts->unknown_last = slot;
count    |		for (column = 0; column < KES_NR_L1_COLUMNS; column++)
count    |			kes_fold_column(counts->l1[column], slot);
nested   |		for (column = 0; column < KES_NR_L2_COLUMNS; column++)
nested   |			kes_fold_column(counts->l2[column], slot);
count    |	}
count    |}
count    |
count    |/*
count    | * Copy the counters of a vCPU. Each counter is read atomically. The caller holds
count    | * the lock of the VM, or has a reference to KVM's vCPU.
count    | */
count    |void kes_copy_vcpu(struct kes_counts *to, const struct kes_hot *hot)
count    |{
nested   |	const u64 (*l2)[KES_NR_SLOTS];
count    |	const struct kes_vcpu *vcpu;
count    |
count    |	/* Pairs with kes_install_counters(). */
count    |	vcpu = smp_load_acquire(&hot->vcpu);
count    |	if (!vcpu) {
count    |		memset(to, 0, sizeof(*to));
count    |		return;
count    |	}
nested   |	/* Pairs with kes_vcpu_set_l2(). */
nested   |	l2 = (void *)smp_load_acquire(&vcpu->l2);
count    |	kes_read_u64(to->l1, vcpu->l1, sizeof(to->l1));
nested   |	if (l2)
nested   |		kes_read_u64(to->l2, l2, sizeof(to->l2));
nested   |	else
nested   |		memset(to->l2, 0, sizeof(to->l2));
disposition|	kes_read_u64(to->userspace, vcpu->userspace, sizeof(to->userspace));
disposition|	kes_read_u64(&to->entries, &vcpu->entries, sizeof(to->entries));
disposition|	to->entries.attempts = READ_ONCE(hot->attempts);
count    |	to->unknown_last = READ_ONCE(vcpu->unknown_last);
count    |	if (kes.isa == KES_ISA_VMX)
count    |		kes_fold_unknown(to);
count    |}
snapshot |
snapshot |void kes_add_counts(struct kes_counts *sum, const struct kes_counts *counts)
snapshot |{
snapshot |	const u64 *from = (const u64 *)counts;
snapshot |	u64 *to = (u64 *)sum;
snapshot |	size_t i;
snapshot |
snapshot |	for (i = 0; i < KES_COUNTS_U64; i++)
snapshot |		to[i] += from[i];
snapshot |	if (counts->unknown_last)
snapshot |		sum->unknown_last = counts->unknown_last;
snapshot |}
text     |
text     |void kes_subtract_counts(struct kes_counts *sum, const struct kes_counts *base)
text     |{
text     |	const u64 *from = (const u64 *)base;
text     |	u64 *to = (u64 *)sum;
text     |	size_t i;
text     |
text     |	for (i = 0; i < KES_COUNTS_U64; i++)
text     |		to[i] -= from[i];
text     |}
count    |
count    |u64 kes_slot_total(const struct kes_counts *counts, unsigned int slot)
count    |{
count-nested|	return counts->l1[KES_EXITS][slot];
nested   |	return counts->l1[KES_EXITS][slot] + counts->l2[KES_EXITS][slot];
count    |}
snapshot |
snapshot |u64 kes_total(const struct kes_counts *counts)
snapshot |{
snapshot |	unsigned int slot;
snapshot |	u64 total = 0;
snapshot |
snapshot |	for (slot = 0; slot < KES_NR_SLOTS; slot++)
snapshot |		total += kes_slot_total(counts, slot);
snapshot |	return total;
snapshot |}
text     |
text     |/*
text     | * Return the remainder of the accounting check: attempts without an exit, a
text     | * failed or an emulated entry (positive), or the reverse (negative). It is 0,
text     | * except for vCPUs that ran when counting was switched, or while they were
text     | * read.
text     | */
text     |s64 kes_unaccounted(const struct kes_counts *counts)
text     |{
text     |	return counts->entries.attempts - counts->entries.failed -
text     |	       counts->entries.emulated - kes_total(counts);
text     |}

count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count-reset| * KVM exit statistics: reading counters.
reset    | * KVM exit statistics: reading counters, adding them up, resetting them.
reset    | *
reset    | * A reset must not write to counters that another CPU increments, so it copies
reset    | * them to a baseline. Readers of the counts since the last reset subtract it.
reset    | * The counters themselves only grow. Time, histogram and detail have no
reset    | * baseline: they start at 0 when they are switched on.
count    | */
count    |#include <linux/lockdep.h>
reset    |#include <linux/mm.h>
reset    |#include <linux/slab.h>
count    |#include <linux/string.h>
reset    |#include <linux/timekeeping.h>
count    |
count    |#include "engine.h"
count    |#include "sums.h"
snapshot |
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
count    |/* Copy the counters of @vcpu. Each counter is read atomically. */
count    |void kes_copy_vcpu(struct kes_counts *to, const struct kes_vcpu *vcpu)
count    |{
nested   |	const u64 (*l2)[KES_NR_SLOTS];
nested   |
count    |	lockdep_assert_held(&kes_lock);
nested   |	/* Pairs with kes_vcpu_enable_l2(). */
nested   |	l2 = (void *)smp_load_acquire(&vcpu->l2);
count    |	kes_read_u64(to->l1, vcpu->l1, sizeof(to->l1));
nested   |	if (l2)
nested   |		kes_read_u64(to->l2, l2, sizeof(to->l2));
nested   |	else
nested   |		memset(to->l2, 0, sizeof(to->l2));
disposition|	kes_read_u64(to->userspace, vcpu->userspace, sizeof(to->userspace));
disposition|	kes_read_u64(&to->entries, &vcpu->entries, sizeof(to->entries));
disposition|	if (vcpu->hot)
disposition|		to->entries.attempts = READ_ONCE(vcpu->hot->attempts);
count    |	to->unknown_last = READ_ONCE(vcpu->unknown_last);
count    |	if (kes.isa == KES_ISA_VMX)
count    |		kes_fold_unknown(to);
count    |}
snapshot |
snapshot |static void kes_add(struct kes_counts *sum, const struct kes_counts *counts)
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
text     |static void kes_subtract(struct kes_counts *sum, const struct kes_counts *base)
text     |{
text     |	const u64 *from = (const u64 *)base;
text     |	u64 *to = (u64 *)sum;
text     |	size_t i;
text     |
text     |	for (i = 0; i < KES_COUNTS_U64; i++)
text     |		to[i] -= from[i];
text     |}
text     |
text     |/* Add the counts of @vcpu since the last reset. */
text     |void kes_add_vcpu(struct kes_counts *sum, const struct kes_vcpu *vcpu)
text     |{
text     |	lockdep_assert_held(&kes_lock);
text     |	kes_copy_vcpu(&kes.scratch, vcpu);
text     |	kes_add(sum, &kes.scratch);
text     |	if (vcpu->base)
text     |		kes_subtract(sum, vcpu->base);
text     |}
text     |
text     |void kes_add_vm(struct kes_counts *sum, const struct kes_vm *vm)
text     |{
text     |	const struct kes_vcpu *vcpu;
text     |
text     |	list_for_each_entry(vcpu, &vm->vcpus, node)
text     |		kes_add_vcpu(sum, vcpu);
text     |}
text     |
text     |void kes_add_all(struct kes_counts *sum)
text     |{
text     |	const struct kes_vm *vm;
text     |
text     |	lockdep_assert_held(&kes_lock);
text     |	kes_add(sum, &kes.evicted);
text     |	kes_subtract(sum, &kes.evicted_base);
text     |	list_for_each_entry(vm, &kes.vms, node)
text     |		kes_add_vm(sum, vm);
text     |}
snapshot |
snapshot |/* Add the counts of an evicted VM to the sum of all evicted VMs. */
snapshot |void kes_evict(struct kes_vm *vm)
snapshot |{
snapshot |	struct kes_vcpu *vcpu;
snapshot |
snapshot |	lockdep_assert_held(&kes_lock);
snapshot |	list_for_each_entry(vcpu, &vm->vcpus, node) {
snapshot |		kes_copy_vcpu(&kes.scratch, vcpu);
snapshot |		kes_add(&kes.evicted, &kes.scratch);
reset    |		if (vcpu->base)
reset    |			kes_add(&kes.evicted_base, vcpu->base);
snapshot |	}
snapshot |}
count    |
count    |u64 kes_slot_total(const struct kes_counts *counts, unsigned int slot)
count    |{
count-nested|	return counts->l1[KES_EXITS][slot];
nested   |	return counts->l1[KES_EXITS][slot] + counts->l2[KES_EXITS][slot];
count    |}
text     |
text     |u64 kes_total(const struct kes_counts *counts)
text     |{
text     |	unsigned int slot;
text     |	u64 total = 0;
text     |
text     |	for (slot = 0; slot < KES_NR_SLOTS; slot++)
text     |		total += kes_slot_total(counts, slot);
text     |	return total;
text     |}
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
reset    |
reset    |/* Allocate all baselines first, so that a reset affects all vCPUs or none. */
reset    |static int kes_alloc_baselines(void)
reset    |{
reset    |	struct kes_vcpu *vcpu;
reset    |	struct kes_vm *vm;
reset    |
reset    |	list_for_each_entry(vm, &kes.vms, node) {
reset    |		list_for_each_entry(vcpu, &vm->vcpus, node) {
reset    |			if (vcpu->base)
reset    |				continue;
reset    |			vcpu->base = kvzalloc(sizeof(*vcpu->base), GFP_KERNEL);
reset    |			if (!vcpu->base)
reset    |				return -ENOMEM;
reset    |		}
reset    |	}
reset    |	return 0;
reset    |}
reset    |
reset    |static void kes_take_baselines(void)
reset    |{
reset    |	struct kes_vcpu *vcpu;
reset    |	struct kes_vm *vm;
reset    |
reset    |	list_for_each_entry(vm, &kes.vms, node)
reset    |		list_for_each_entry(vcpu, &vm->vcpus, node)
reset    |			kes_copy_vcpu(vcpu->base, vcpu);
reset    |	kes.evicted_base = kes.evicted;
reset    |	WRITE_ONCE(kes.generation, kes.generation + 1);
reset    |	kes.reset_ns = ktime_get_ns();
reset    |}
reset    |
reset    |int kes_reset(void)
reset    |{
reset    |	int ret;
reset    |
reset    |	kes_sync();
reset    |	mutex_lock(&kes_lock);
reset    |	ret = kes_alloc_baselines();
reset    |	if (!ret)
reset    |		kes_take_baselines();
reset    |	mutex_unlock(&kes_lock);
reset    |	return ret;
reset    |}

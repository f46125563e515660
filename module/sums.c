// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: reading counters, adding them up, resetting them.
 *
 * A reset must not write to counters that another CPU increments, so it copies
 * them to a baseline. Readers of the counts since the last reset subtract it.
 * The counters themselves only grow. Time, histogram and detail have no
 * baseline: they start at 0 when they are switched on.
 */
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "engine.h"
#include "sums.h"

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

/* Copy the counters of @vcpu. Each counter is read atomically. */
void kes_copy_vcpu(struct kes_counts *to, const struct kes_vcpu *vcpu)
{
	const u64 (*l2)[KES_NR_SLOTS];

	lockdep_assert_held(&kes_lock);
	/* Pairs with kes_vcpu_enable_l2(). */
	l2 = (void *)smp_load_acquire(&vcpu->l2);
	kes_read_u64(to->l1, vcpu->l1, sizeof(to->l1));
	if (l2)
		kes_read_u64(to->l2, l2, sizeof(to->l2));
	else
		memset(to->l2, 0, sizeof(to->l2));
	kes_read_u64(to->userspace, vcpu->userspace, sizeof(to->userspace));
	kes_read_u64(&to->entries, &vcpu->entries, sizeof(to->entries));
	if (vcpu->hot)
		to->entries.attempts = READ_ONCE(vcpu->hot->attempts);
	to->unknown_last = READ_ONCE(vcpu->unknown_last);
	if (kes.isa == KES_ISA_VMX)
		kes_fold_unknown(to);
}

static void kes_add(struct kes_counts *sum, const struct kes_counts *counts)
{
	const u64 *from = (const u64 *)counts;
	u64 *to = (u64 *)sum;
	size_t i;

	for (i = 0; i < KES_COUNTS_U64; i++)
		to[i] += from[i];
	if (counts->unknown_last)
		sum->unknown_last = counts->unknown_last;
}

static void kes_subtract(struct kes_counts *sum, const struct kes_counts *base)
{
	const u64 *from = (const u64 *)base;
	u64 *to = (u64 *)sum;
	size_t i;

	for (i = 0; i < KES_COUNTS_U64; i++)
		to[i] -= from[i];
}

/* Add the counts of @vcpu since the last reset. */
void kes_add_vcpu(struct kes_counts *sum, const struct kes_vcpu *vcpu)
{
	lockdep_assert_held(&kes_lock);
	kes_copy_vcpu(&kes.scratch, vcpu);
	kes_add(sum, &kes.scratch);
	if (vcpu->base)
		kes_subtract(sum, vcpu->base);
}

void kes_add_vm(struct kes_counts *sum, const struct kes_vm *vm)
{
	const struct kes_vcpu *vcpu;

	list_for_each_entry(vcpu, &vm->vcpus, node)
		kes_add_vcpu(sum, vcpu);
}

void kes_add_all(struct kes_counts *sum)
{
	const struct kes_vm *vm;

	lockdep_assert_held(&kes_lock);
	kes_add(sum, &kes.evicted);
	kes_subtract(sum, &kes.evicted_base);
	list_for_each_entry(vm, &kes.vms, node)
		kes_add_vm(sum, vm);
}

/* Add the counts of an evicted VM to the sum of all evicted VMs. */
void kes_evict(struct kes_vm *vm)
{
	struct kes_vcpu *vcpu;

	lockdep_assert_held(&kes_lock);
	list_for_each_entry(vcpu, &vm->vcpus, node) {
		kes_copy_vcpu(&kes.scratch, vcpu);
		kes_add(&kes.evicted, &kes.scratch);
		if (vcpu->base)
			kes_add(&kes.evicted_base, vcpu->base);
	}
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

/* Allocate all baselines first, so that a reset affects all vCPUs or none. */
static int kes_alloc_baselines(void)
{
	struct kes_vcpu *vcpu;
	struct kes_vm *vm;

	list_for_each_entry(vm, &kes.vms, node) {
		list_for_each_entry(vcpu, &vm->vcpus, node) {
			if (vcpu->base)
				continue;
			vcpu->base = kvzalloc(sizeof(*vcpu->base), GFP_KERNEL);
			if (!vcpu->base)
				return -ENOMEM;
		}
	}
	return 0;
}

static void kes_take_baselines(void)
{
	struct kes_vcpu *vcpu;
	struct kes_vm *vm;

	list_for_each_entry(vm, &kes.vms, node)
		list_for_each_entry(vcpu, &vm->vcpus, node)
			kes_copy_vcpu(vcpu->base, vcpu);
	kes.evicted_base = kes.evicted;
	WRITE_ONCE(kes.generation, kes.generation + 1);
	kes.reset_ns = ktime_get_ns();
}

int kes_reset(void)
{
	int ret;

	kes_sync();
	mutex_lock(&kes_lock);
	ret = kes_alloc_baselines();
	if (!ret)
		kes_take_baselines();
	mutex_unlock(&kes_lock);
	return ret;
}

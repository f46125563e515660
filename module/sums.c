// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: reading counters, adding them up, resetting them.
 *
 * A reset must not write to counters that another CPU increments, so it
 * copies them to a baseline, which readers of "since the last reset" subtract.
 * The counters themselves only grow. Time, histograms and detail have no
 * baseline: they start when they are switched on.
 */
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "engine.h"
#include "sums.h"

/* What comes before it in struct kes_counts is an array of u64 but for names. */
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

/* VMX's small codes are counted without asking whether they have a row. */
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

/* What @vcpu counted so far, one whole counter after the other. */
void kes_copy_vcpu(struct kes_counts *to, const struct kes_vcpu *vcpu)
{
	const u64 (*l2)[KES_NR_SLOTS];

	lockdep_assert_held(&kes_lock);
	/* Zeroed by kes_vcpu_enable_l2() before it is there. */
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

/* Add what @vcpu counted since the last reset. */
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

/* Keep the counts of a dead VM that gives way to a younger one. */
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
 * VM-entry attempts that ended nowhere (more than 0) or ends of no attempt
 * (less): 0, but for vCPUs that were running when counting was switched, or
 * when they were read.
 */
s64 kes_unaccounted(const struct kes_counts *counts)
{
	return counts->entries.attempts - counts->entries.failed -
	       counts->entries.emulation - kes_total(counts);
}

/* All or nothing: a reset of some vCPUs only would be worse than none. */
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
	kes.generation++;
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

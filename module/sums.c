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
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "engine.h"
#include "final.h"
#include "sums.h"
#include "walk.h"

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
	/* Pairs with kes_install_counters(). */
	const struct kes_vcpu *vcpu = smp_load_acquire(&hot->vcpu);
	const u64 (*l2)[KES_NR_SLOTS];

	if (!vcpu) {
		memset(to, 0, sizeof(*to));
		return;
	}
	/* Pairs with kes_vcpu_enable_l2(). */
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

static void kes_subtract(struct kes_counts *sum, const struct kes_counts *base)
{
	const u64 *from = (const u64 *)base;
	u64 *to = (u64 *)sum;
	size_t i;

	for (i = 0; i < KES_COUNTS_U64; i++)
		to[i] -= from[i];
}

void kes_visit_vcpus(struct kes_vm *vm, kes_counts_fn fn, void *arg)
{
	const struct kes_hot *hot;

	lockdep_assert_held(&kes_walk_lock);
	mutex_lock(&vm->lock);
	if (vm->final)
		kes_final_visit(vm->final, &kes.scratch, fn, arg);
	kes_for_each_vcpu(hot, vm) {
		kes_copy_vcpu(&kes.scratch, hot);
		if (hot->vcpu && hot->vcpu->base)
			kes_subtract(&kes.scratch, hot->vcpu->base);
		fn(arg, hot->id, &kes.scratch);
	}
	mutex_unlock(&vm->lock);
}

static void kes_add_fn(void *arg, u32 vcpu_id, const struct kes_counts *counts)
{
	kes_add_counts(arg, counts);
}

void kes_add_vm(struct kes_counts *sum, struct kes_vm *vm)
{
	kes_visit_vcpus(vm, kes_add_fn, sum);
}

void kes_add_all(struct kes_counts *sum)
{
	struct kes_vm *vm;

	kes_add_counts(sum, &kes.evicted);
	kes_subtract(sum, &kes.evicted_base);
	kes_for_each_vm(vm) {
		kes_add_vm(sum, vm);
		cond_resched();
	}
}

static u64 kes_read_slot(const struct kes_vcpu *vcpu, unsigned int slot)
{
	const u64 (*l2)[KES_NR_SLOTS] = (void *)smp_load_acquire(&vcpu->l2);
	u64 count = READ_ONCE(vcpu->l1[KES_EXITS][slot]);

	if (l2)
		count += READ_ONCE(l2[KES_EXITS][slot]);
	return vcpu->base ? count - kes_slot_total(vcpu->base, slot) : count;
}

struct kes_slot_sum {
	unsigned int slot;
	u64 count;
};

static void kes_add_slot_fn(void *arg, u32 vcpu_id,
			    const struct kes_counts *counts)
{
	struct kes_slot_sum *sum = arg;

	sum->count += kes_slot_total(counts, sum->slot);
}

/* Unlisted VMX codes are counted in slots of their own. */
static void kes_add_slot_of_vm(struct kes_slot_sum *sum, struct kes_vm *vm)
{
	const struct kes_hot *hot;

	if (vm->destroyed_ns || sum->slot == KES_SLOT_UNKNOWN) {
		kes_visit_vcpus(vm, kes_add_slot_fn, sum);
		return;
	}
	mutex_lock(&vm->lock);
	kes_for_each_vcpu(hot, vm)
		if (hot->vcpu)
			sum->count += kes_read_slot(hot->vcpu, sum->slot);
	mutex_unlock(&vm->lock);
}

u64 kes_sum_slot(unsigned int slot)
{
	struct kes_slot_sum sum = { .slot = slot };
	struct kes_vm *vm;

	kes_walk_begin();
	sum.count = kes_slot_total(&kes.evicted, slot) -
		    kes_slot_total(&kes.evicted_base, slot);
	kes_for_each_vm(vm) {
		kes_add_slot_of_vm(&sum, vm);
		cond_resched();
	}
	kes_walk_end();
	return sum.count;
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

static struct kes_vcpu *kes_find_without_base(const struct kes_vm *vm)
{
	const struct kes_hot *hot;

	list_for_each_entry(hot, &vm->vcpus, node)
		if (hot->vcpu && !hot->vcpu->base)
			return hot->vcpu;
	return NULL;
}

static int kes_alloc_baselines_of(struct kes_vm *vm)
{
	struct kes_counts *base;
	struct kes_vcpu *vcpu;

	do {
		base = kvzalloc(sizeof(*base), GFP_KERNEL);
		if (!base)
			return -ENOMEM;
		mutex_lock(&vm->lock);
		vcpu = kes_find_without_base(vm);
		if (vcpu)
			vcpu->base = base;
		mutex_unlock(&vm->lock);
		cond_resched();
	} while (vcpu);
	kvfree(base);
	return 0;
}

/* Allocate all baselines first, so that a reset affects all vCPUs or none. */
static int kes_alloc_baselines(void)
{
	struct kes_vm *vm;
	int ret;

	kes_for_each_vm(vm) {
		ret = kes_alloc_baselines_of(vm);
		if (ret)
			return ret;
	}
	return 0;
}

/* A vCPU without a baseline was created after the reset began. */
static void kes_take_baselines_of(struct kes_vm *vm)
{
	const struct kes_hot *hot;

	mutex_lock(&vm->lock);
	if (vm->final)
		vm->final->rebased = true;
	list_for_each_entry(hot, &vm->vcpus, node)
		if (hot->vcpu && hot->vcpu->base)
			kes_copy_vcpu(hot->vcpu->base, hot);
	mutex_unlock(&vm->lock);
}

static void kes_take_baselines(void)
{
	struct kes_vm *vm;

	kes_for_each_vm(vm)
		kes_take_baselines_of(vm);
	mutex_lock(&kes_lock);
	kes.evicted_base = kes.evicted;
	WRITE_ONCE(kes.generation, kes.generation + 1);
	kes.reset_ns = ktime_get_ns();
	mutex_unlock(&kes_lock);
}

int kes_reset(void)
{
	int ret;

	kes_walk_begin();
	ret = kes_alloc_baselines();
	if (!ret)
		kes_take_baselines();
	kes_walk_end();
	return ret;
}

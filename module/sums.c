// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: adding up counters, resetting them.
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
#include <linux/timekeeping.h>

#include "engine.h"
#include "final.h"
#include "read.h"
#include "sums.h"
#include "walk.h"

void kes_visit_vcpus(struct kes_vm *vm, kes_counts_fn fn, void *arg)
{
	const struct kes_hot *hot;

	lockdep_assert_held(&kes_walk_lock);
	mutex_lock(&vm->lock);
	if (vm->final)
		kes_final_visit(vm->final, &kes.scratch, fn, arg);
	for (hot = kes_next_vcpu(vm, NULL); hot; hot = kes_next_vcpu(vm, hot)) {
		kes_copy_vcpu(&kes.scratch, hot);
		if (hot->vcpu && hot->vcpu->base)
			kes_subtract_counts(&kes.scratch, hot->vcpu->base);
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
	kes_subtract_counts(sum, &kes.evicted_base);
	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm)) {
		kes_add_vm(sum, vm);
		cond_resched();
	}
}

static u64 kes_read_slot(const struct kes_vcpu *vcpu, unsigned int slot)
{
	u64 count = READ_ONCE(vcpu->l1[KES_EXITS][slot]);
	const u64 (*l2)[KES_NR_SLOTS];

	/* Pairs with kes_vcpu_set_l2(). */
	l2 = (void *)smp_load_acquire(&vcpu->l2);
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
	for (hot = kes_next_vcpu(vm, NULL); hot; hot = kes_next_vcpu(vm, hot))
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
	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm)) {
		kes_add_slot_of_vm(&sum, vm);
		cond_resched();
	}
	kes_walk_end();
	return sum.count;
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

	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm)) {
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

	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm))
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

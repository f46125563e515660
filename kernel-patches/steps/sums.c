reset    |// SPDX-License-Identifier: GPL-2.0-only
reset    |/*
reset    | * KVM exit statistics: adding up counters, resetting them.
reset    | *
reset    | * A reset must not write to counters that another CPU increments, so it copies
reset    | * them to a baseline. Readers of the counts since the last reset subtract it.
reset    | * The counters themselves only grow. Time, histogram and detail have no
reset    | * baseline: they start at 0 when they are switched on.
reset    | */
text     |#include <linux/lockdep.h>
reset    |#include <linux/mm.h>
reset    |#include <linux/rculist.h>
reset    |#include <linux/sched.h>
reset    |#include <linux/slab.h>
reset    |#include <linux/timekeeping.h>
reset    |
reset    |#include "engine.h"
reset    |#include "final.h"
reset    |#include "read.h"
reset    |#include "sums.h"
reset    |#include "walk.h"
reset    |
text     |void kes_visit_vcpus(struct kes_vm *vm, kes_counts_fn fn, void *arg)
text     |{
text     |	const struct kes_hot *hot;
text     |
text     |	lockdep_assert_held(&kes_walk_lock);
text     |	mutex_lock(&vm->lock);
text     |	if (vm->final)
text     |		kes_final_visit(vm->final, &kes.scratch, fn, arg);
text     |	for (hot = kes_next_vcpu(vm, NULL); hot; hot = kes_next_vcpu(vm, hot)) {
text     |		kes_copy_vcpu(&kes.scratch, hot);
text     |		if (hot->vcpu && hot->vcpu->base)
text     |			kes_subtract_counts(&kes.scratch, hot->vcpu->base);
text     |		fn(arg, hot->id, &kes.scratch);
text     |	}
text     |	mutex_unlock(&vm->lock);
text     |}
text     |
text     |static void kes_add_fn(void *arg, u32 vcpu_id, const struct kes_counts *counts)
text     |{
text     |	kes_add_counts(arg, counts);
text     |}
text     |
text     |void kes_add_vm(struct kes_counts *sum, struct kes_vm *vm)
text     |{
text     |	kes_visit_vcpus(vm, kes_add_fn, sum);
text     |}
text     |
text     |void kes_add_all(struct kes_counts *sum)
text     |{
text     |	struct kes_vm *vm;
text     |
text     |	kes_add_counts(sum, &kes.evicted);
text     |	kes_subtract_counts(sum, &kes.evicted_base);
text     |	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm)) {
text     |		kes_add_vm(sum, vm);
text     |		cond_resched();
text     |	}
text     |}
values   |
values   |static u64 kes_read_slot(const struct kes_vcpu *vcpu, unsigned int slot)
values   |{
values   |	u64 count = READ_ONCE(vcpu->l1[KES_EXITS][slot]);
values   |	const u64 (*l2)[KES_NR_SLOTS];
values   |
values   |	/* Pairs with kes_vcpu_set_l2(). */
values   |	l2 = (void *)smp_load_acquire(&vcpu->l2);
values   |	if (l2)
values   |		count += READ_ONCE(l2[KES_EXITS][slot]);
values   |	return vcpu->base ? count - kes_slot_total(vcpu->base, slot) : count;
values   |}
values   |
values   |struct kes_slot_sum {
values   |	unsigned int slot;
values   |	u64 count;
values   |};
values   |
values   |static void kes_add_slot_fn(void *arg, u32 vcpu_id,
values   |			    const struct kes_counts *counts)
values   |{
values   |	struct kes_slot_sum *sum = arg;
values   |
values   |	sum->count += kes_slot_total(counts, sum->slot);
values   |}
values   |
values   |/* Unlisted VMX codes are counted in slots of their own. */
values   |static void kes_add_slot_of_vm(struct kes_slot_sum *sum, struct kes_vm *vm)
values   |{
values   |	const struct kes_hot *hot;
values   |
values   |	if (vm->destroyed_ns || sum->slot == KES_SLOT_UNKNOWN) {
values   |		kes_visit_vcpus(vm, kes_add_slot_fn, sum);
values   |		return;
values   |	}
values   |	mutex_lock(&vm->lock);
values   |	for (hot = kes_next_vcpu(vm, NULL); hot; hot = kes_next_vcpu(vm, hot))
values   |		if (hot->vcpu)
values   |			sum->count += kes_read_slot(hot->vcpu, sum->slot);
values   |	mutex_unlock(&vm->lock);
values   |}
values   |
values   |u64 kes_sum_slot(unsigned int slot)
values   |{
values   |	struct kes_slot_sum sum = { .slot = slot };
values   |	struct kes_vm *vm;
values   |
values   |	kes_walk_begin();
values   |	sum.count = kes_slot_total(&kes.evicted, slot) -
values   |		    kes_slot_total(&kes.evicted_base, slot);
values   |	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm)) {
values   |		kes_add_slot_of_vm(&sum, vm);
values   |		cond_resched();
values   |	}
values   |	kes_walk_end();
values   |	return sum.count;
values   |}
text     |
reset    |static struct kes_vcpu *kes_find_without_base(const struct kes_vm *vm)
reset    |{
reset    |	const struct kes_hot *hot;
reset    |
reset    |	list_for_each_entry(hot, &vm->vcpus, node)
reset    |		if (hot->vcpu && !hot->vcpu->base)
reset    |			return hot->vcpu;
reset    |	return NULL;
reset    |}
reset    |
reset    |static int kes_alloc_baselines_of(struct kes_vm *vm)
reset    |{
reset    |	struct kes_counts *base;
reset    |	struct kes_vcpu *vcpu;
reset    |
reset    |	do {
reset    |		base = kvzalloc(sizeof(*base), GFP_KERNEL);
reset    |		if (!base)
reset    |			return -ENOMEM;
reset    |		mutex_lock(&vm->lock);
reset    |		vcpu = kes_find_without_base(vm);
reset    |		if (vcpu)
reset    |			vcpu->base = base;
reset    |		mutex_unlock(&vm->lock);
reset    |		cond_resched();
reset    |	} while (vcpu);
reset    |	kvfree(base);
reset    |	return 0;
reset    |}
reset    |
reset    |/* Allocate all baselines first, so that a reset affects all vCPUs or none. */
reset    |static int kes_alloc_baselines(void)
reset    |{
reset    |	struct kes_vm *vm;
reset    |	int ret;
reset    |
reset    |	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm)) {
reset    |		ret = kes_alloc_baselines_of(vm);
reset    |		if (ret)
reset    |			return ret;
reset    |	}
reset    |	return 0;
reset    |}
reset    |
reset    |/* A vCPU without a baseline was created after the reset began. */
reset    |static void kes_take_baselines_of(struct kes_vm *vm)
reset    |{
reset    |	const struct kes_hot *hot;
reset    |
reset    |	mutex_lock(&vm->lock);
reset    |	if (vm->final)
reset    |		vm->final->rebased = true;
reset    |	list_for_each_entry(hot, &vm->vcpus, node)
reset    |		if (hot->vcpu && hot->vcpu->base)
reset    |			kes_copy_vcpu(hot->vcpu->base, hot);
reset    |	mutex_unlock(&vm->lock);
reset    |}
reset    |
reset    |static void kes_take_baselines(void)
reset    |{
reset    |	struct kes_vm *vm;
reset    |
reset    |	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm))
reset    |		kes_take_baselines_of(vm);
reset    |	mutex_lock(&kes_lock);
reset    |	kes.evicted_base = kes.evicted;
reset    |	WRITE_ONCE(kes.generation, kes.generation + 1);
reset    |	kes.reset_ns = ktime_get_ns();
reset    |	mutex_unlock(&kes_lock);
reset    |}
reset    |
reset    |int kes_reset(void)
reset    |{
reset    |	int ret;
reset    |
reset    |	kes_walk_begin();
reset    |	ret = kes_alloc_baselines();
reset    |	if (!ret)
reset    |		kes_take_baselines();
reset    |	kes_walk_end();
reset    |	return ret;
reset    |}

count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count    | * KVM exit statistics: reading counters, adding them up, resetting them.
reset    | *
reset    | * A reset must not write to counters that another CPU increments, so it copies
reset    | * them to a baseline. Readers of the counts since the last reset subtract it.
reset    | * The counters themselves only grow. Time, histogram and detail have no
reset    | * baseline: they start at 0 when they are switched on.
count    | */
text     |#include <linux/lockdep.h>
reset    |#include <linux/mm.h>
reset    |#include <linux/rculist.h>
reset    |#include <linux/sched.h>
reset    |#include <linux/slab.h>
count    |#include <linux/string.h>
reset    |#include <linux/timekeeping.h>
count    |
count    |#include "engine.h"
reset    |#include "final.h"
count    |#include "sums.h"
reset    |#include "walk.h"
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
count    |/*
count    | * Copy the counters of a vCPU. Each counter is read atomically. The caller holds
count    | * the lock of the VM, or has a reference to KVM's vCPU.
count    | */
count    |void kes_copy_vcpu(struct kes_counts *to, const struct kes_hot *hot)
count    |{
count    |	/* Pairs with kes_install_counters(). */
count    |	const struct kes_vcpu *vcpu = smp_load_acquire(&hot->vcpu);
nested   |	const u64 (*l2)[KES_NR_SLOTS];
count    |
count    |	if (!vcpu) {
count    |		memset(to, 0, sizeof(*to));
count    |		return;
count    |	}
nested   |	/* Pairs with kes_vcpu_enable_l2(). */
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
text     |void kes_visit_vcpus(struct kes_vm *vm, kes_counts_fn fn, void *arg)
text     |{
text     |	const struct kes_hot *hot;
text     |
text     |	lockdep_assert_held(&kes_walk_lock);
text     |	mutex_lock(&vm->lock);
text     |	if (vm->final)
text     |		kes_final_visit(vm->final, &kes.scratch, fn, arg);
text     |	kes_for_each_vcpu(hot, vm) {
text     |		kes_copy_vcpu(&kes.scratch, hot);
text     |		if (hot->vcpu && hot->vcpu->base)
text     |			kes_subtract(&kes.scratch, hot->vcpu->base);
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
text     |	kes_subtract(sum, &kes.evicted_base);
text     |	kes_for_each_vm(vm) {
text     |		kes_add_vm(sum, vm);
text     |		cond_resched();
text     |	}
text     |}
values   |
values   |static u64 kes_read_slot(const struct kes_vcpu *vcpu, unsigned int slot)
values   |{
values   |	const u64 (*l2)[KES_NR_SLOTS] = (void *)smp_load_acquire(&vcpu->l2);
values   |	u64 count = READ_ONCE(vcpu->l1[KES_EXITS][slot]);
values   |
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
values   |	kes_for_each_vcpu(hot, vm)
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
values   |	kes_for_each_vm(vm) {
values   |		kes_add_slot_of_vm(&sum, vm);
values   |		cond_resched();
values   |	}
values   |	kes_walk_end();
values   |	return sum.count;
values   |}
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
reset    |
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
reset    |	kes_for_each_vm(vm) {
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
reset    |	kes_for_each_vm(vm)
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

count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count    | * KVM exit statistics: the memory of vCPUs, per group.
count    | *
count    | * The counters are allocated when counting is first switched on, and stay until
count    | * the VM is destroyed. The memory of the other groups is freed when the group
count    | * is off for the VM. The code that uses it runs with preemption disabled, so it
count    | * is freed after an RCU grace period.
count    | */
count    |#include <linux/bits.h>
count    |#include <linux/lockdep.h>
count    |#include <linux/mm.h>
count    |#include <linux/rcupdate.h>
count    |#include <linux/slab.h>
count    |
detail   |#include "detail.h"
count    |#include "engine.h"
count    |#include "memory.h"
time     |#include "time.h"
count    |
count    |/*
count    | * @place: returns the location of the pointer to the memory in a vCPU's
count    | *	counters, or NULL if the pointer does not exist
count    | * @size: size of the memory, which starts with a struct rcu_head
count    | * @init: initializes the zeroed memory; NULL if not needed
count    | */
count    |struct kes_memory {
count    |	void **(*place)(struct kes_vcpu *vcpu);
count    |	size_t size;
count    |	void (*init)(void *memory);
count    |};
time     |
time     |static void **kes_time_place(struct kes_vcpu *vcpu)
time     |{
time     |	return (void **)&vcpu->time;
time     |}
histogram|
histogram|static void **kes_histogram_place(struct kes_vcpu *vcpu)
histogram|{
histogram|	return vcpu->time ? (void **)&vcpu->time->histogram : NULL;
histogram|}
detail   |
detail   |static void **kes_detail_place(struct kes_vcpu *vcpu)
detail   |{
detail   |	return (void **)&vcpu->detail;
detail   |}
time     |
time-histogram|static_assert(!offsetof(struct kes_time, rcu));
histogram-detail|static_assert(!offsetof(struct kes_time, rcu) &&
histogram-detail|	      !offsetof(struct kes_histogram, rcu));
detail   |static_assert(!offsetof(struct kes_time, rcu) &&
detail   |	      !offsetof(struct kes_histogram, rcu) &&
detail   |	      !offsetof(struct kes_detail, rcu));
count    |
count    |/* By bit of KES_GROUP_*. The counters themselves are handled apart. */
count    |static const struct kes_memory kes_memory_table[KES_NR_GROUPS] = {
count    |	{},
time     |	{ kes_time_place, sizeof(struct kes_time), kes_time_init },
histogram|	{ kes_histogram_place, sizeof(struct kes_histogram) },
detail   |	{ kes_detail_place, sizeof(struct kes_detail) },
count    |};
count    |
count    |static void *kes_alloc(unsigned int i, gfp_t gfp)
count    |{
count    |	const struct kes_memory *group = &kes_memory_table[i];
count    |	void *memory = kvzalloc(group->size, gfp);
count    |
count    |	if (memory && group->init)
count    |		group->init(memory);
count    |	return memory;
count    |}
count    |
nested   |/*
nested   | * The vCPU may enter or leave L2 at the same time: it then sees the counters,
nested   | * or its new context is seen here.
nested   | */
count    |static void kes_install_counters(struct kes_hot *hot, struct kes_vcpu *vcpu)
count    |{
count    |	u64 *exits = vcpu->l1[KES_EXITS];
count    |
count    |	/* Zeroed before others can see it. */
count    |	smp_store_release(&hot->vcpu, vcpu);
nested   |	/* Pairs with kes_enter_context(). */
nested   |	smp_mb();
nested   |	if (READ_ONCE(hot->in_l2))
nested   |		exits = vcpu->l2[KES_EXITS];
count    |	cmpxchg(&hot->exits, NULL, exits);
count    |}
count    |
count    |static bool kes_lacks(struct kes_hot *hot, unsigned int i)
count    |{
count    |	void **place;
count    |
count    |	if (!hot->vcpu || !i)
count    |		return !hot->vcpu && !i;
count    |	place = kes_memory_table[i].place(hot->vcpu);
count    |	return place && !*place;
count    |}
count    |
count    |/* Return false if the vCPU cannot use @memory. */
count    |static bool kes_install(struct kes_hot *hot, unsigned int i, void *memory)
count    |{
count    |	lockdep_assert_held(&hot->vm->lock);
count    |	if (!kes_lacks(hot, i) || !(kes_groups_of(hot->vm) & BIT(i)))
count    |		return false;
count    |	if (i) {
count    |		/* Initialized before the vCPU's thread can see it. */
count    |		smp_store_release(kes_memory_table[i].place(hot->vcpu), memory);
count    |		return true;
count    |	}
nested   |	if (hot->can_l2 && !((struct kes_vcpu *)memory)->l2)
nested   |		return false;
count    |	kes_install_counters(hot, memory);
count    |	return true;
count    |}
count    |
count    |static void *kes_alloc_for(unsigned int i, bool l2, gfp_t gfp)
count    |{
count    |	return i ? kes_alloc(i, gfp) : kes_counters_alloc(l2, gfp);
count    |}
count    |
count    |static void kes_free_unused(unsigned int i, void *memory)
count    |{
nested   |	if (!i && memory)
nested   |		kfree(((struct kes_vcpu *)memory)->l2);
count    |	kvfree(memory);
count    |}
count    |
count    |/* Free the memory of a group while the vCPU may run. */
count    |static void kes_remove(struct kes_vcpu *vcpu, unsigned int i)
count    |{
count    |	void **place = vcpu && i ? kes_memory_table[i].place(vcpu) : NULL;
count    |	struct kes_freed {
count    |		struct rcu_head rcu;
count    |	} *memory;
count    |
count    |	if (!place || !*place)
count    |		return;
count    |	memory = *place;
count    |	WRITE_ONCE(*place, NULL);
count    |	kvfree_rcu(memory, rcu);
count    |}
count    |
count    |void kes_memory_free_vcpu(struct kes_vcpu *vcpu)
count    |{
count    |	unsigned int i = KES_NR_GROUPS;
count    |
histogram|	/* The last first: the pointer to a histogram is in the group time. */
count    |	while (--i)
count    |		kes_remove(vcpu, i);
count    |}
count    |
count    |/* Give counters the memory of @groups, and of no others. */
count    |int kes_memory_fit_vcpu(struct kes_vcpu *vcpu, u32 groups, gfp_t gfp)
count    |{
count    |	unsigned int i;
count    |	void **place;
count    |
count    |	for (i = KES_NR_GROUPS; --i;)
count    |		if (!(groups & BIT(i)))
count    |			kes_remove(vcpu, i);
count    |	for (i = 1; i < KES_NR_GROUPS; i++) {
count    |		if (!(groups & BIT(i)))
count    |			continue;
count    |		place = kes_memory_table[i].place(vcpu);
count    |		if (place && !*place)
count    |			*place = kes_alloc(i, gfp);
count    |		if (!place || !*place)
count    |			return -ENOMEM;
count    |	}
count    |	return 0;
count    |}
count    |
count    |static void kes_trim(struct kes_hot *hot)
count    |{
count    |	unsigned int i = KES_NR_GROUPS;
count    |
count    |	while (--i)
count    |		if (!(kes_groups_of(hot->vm) & BIT(i)))
count    |			kes_remove(hot->vcpu, i);
count    |}
count    |
count    |void kes_memory_trim_vcpu(struct kes_hot *hot)
count    |{
count    |	mutex_lock(&hot->vm->lock);
count    |	kes_trim(hot);
count    |	mutex_unlock(&hot->vm->lock);
count    |}
count    |
count    |/* Give the vCPU the memory of one group. */
count    |static int kes_fill(struct kes_hot *hot, unsigned int i, gfp_t gfp)
count    |{
count    |	void *memory = kes_alloc_for(i, false, gfp);
count    |
count    |	if (!memory)
count    |		return -ENOMEM;
count    |	mutex_lock(&hot->vm->lock);
count    |	if (kes_install(hot, i, memory))
count    |		memory = NULL;
count    |	mutex_unlock(&hot->vm->lock);
count    |	kes_free_unused(i, memory);
count    |	return 0;
count    |}
count    |
count    |/* The vCPU is on the list of its VM, and does not run yet. */
count    |int kes_memory_fill_vcpu(struct kes_hot *hot, gfp_t gfp)
count    |{
count    |	unsigned int i;
count    |	int ret;
count    |
count    |	for (i = 0; i < KES_NR_GROUPS; i++) {
count    |		if (!(kes_groups_of(hot->vm) & BIT(i)) || !kes_lacks(hot, i))
count    |			continue;
count    |		ret = kes_fill(hot, i, gfp);
count    |		if (ret)
count    |			return ret;
count    |	}
count    |	return 0;
count    |}
count    |
count    |/* Return a vCPU that lacks the memory, NULL if there is none. */
count    |static struct kes_hot *kes_find_lacking(const struct kes_vm *vm, unsigned int i)
count    |{
count    |	struct kes_hot *hot;
count    |
count    |	list_for_each_entry(hot, &vm->vcpus, node)
count    |		if (kes_lacks(hot, i))
count    |			return hot;
count    |	return NULL;
count    |}
count    |
count    |/*
count    | * Allocate without a lock, so that memory that is hard to get does not delay
count    | * the VM. The memory is not charged to the caller, who does not own the VM.
count    | */
count    |int kes_give(struct kes_vm *vm, unsigned int i)
count    |{
count    |	struct kes_hot *hot;
count    |	void *memory;
count    |	bool l2 = false;
count    |
count    |	do {
count    |		memory = kes_alloc_for(i, l2, GFP_KERNEL);
count    |		if (!memory)
count    |			return -ENOMEM;
count    |		mutex_lock(&vm->lock);
count    |		hot = kes_find_lacking(vm, i);
nested   |		l2 = hot && hot->can_l2;
count    |		if (hot && kes_install(hot, i, memory))
count    |			memory = NULL;
count    |		mutex_unlock(&vm->lock);
count    |		kes_free_unused(i, memory);
count    |		cond_resched();
count    |	} while (hot);
count    |	return 0;
count    |}
count    |
count    |/* Free the memory that the VM does not need. */
count    |void kes_take(struct kes_vm *vm)
count    |{
count    |	struct kes_hot *hot;
count    |
count    |	mutex_lock(&vm->lock);
count    |	list_for_each_entry(hot, &vm->vcpus, node)
count    |		kes_trim(hot);
count    |	mutex_unlock(&vm->lock);
count    |}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the memory of vCPUs, per group.
 *
 * The counters are allocated when counting is first switched on, and stay until
 * the VM is destroyed. The memory of the other groups is freed when the group
 * is off for the VM. The code that uses it runs with preemption disabled, so it
 * is freed after an RCU grace period.
 */
#include <linux/bits.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "detail.h"
#include "engine.h"
#include "memory.h"
#include "time.h"

/*
 * @place: returns the location of the pointer to the memory in a vCPU's
 *	counters, or NULL if the pointer does not exist
 * @size: size of the memory, which starts with a struct rcu_head
 * @init: initializes the zeroed memory; NULL if not needed
 */
struct kes_memory {
	void **(*place)(struct kes_vcpu *vcpu);
	size_t size;
	void (*init)(void *memory);
};

static void **kes_time_place(struct kes_vcpu *vcpu)
{
	return (void **)&vcpu->time;
}

static void **kes_histogram_place(struct kes_vcpu *vcpu)
{
	return vcpu->time ? (void **)&vcpu->time->histogram : NULL;
}

static void **kes_detail_place(struct kes_vcpu *vcpu)
{
	return (void **)&vcpu->detail;
}

static_assert(!offsetof(struct kes_time, rcu) &&
	      !offsetof(struct kes_histogram, rcu) &&
	      !offsetof(struct kes_detail, rcu));

/* By bit of KES_GROUP_*. The counters themselves are handled apart. */
static const struct kes_memory kes_memory_table[KES_NR_GROUPS] = {
	{},
	{ kes_time_place, sizeof(struct kes_time), kes_time_init },
	{ kes_histogram_place, sizeof(struct kes_histogram) },
	{ kes_detail_place, sizeof(struct kes_detail) },
};

static void *kes_alloc(unsigned int i, gfp_t gfp)
{
	const struct kes_memory *group = &kes_memory_table[i];
	void *memory = kvzalloc(group->size, gfp);

	if (memory && group->init)
		group->init(memory);
	return memory;
}

/*
 * The vCPU may enter or leave L2 at the same time: it then sees the counters,
 * or its new context is seen here.
 */
static void kes_install_counters(struct kes_hot *hot, struct kes_vcpu *vcpu)
{
	u64 *exits = vcpu->l1[KES_EXITS];

	/* Zeroed before others can see it. */
	smp_store_release(&hot->vcpu, vcpu);
	/* Pairs with kes_enter_context(). */
	smp_mb();
	if (READ_ONCE(hot->in_l2))
		exits = vcpu->l2[KES_EXITS];
	cmpxchg(&hot->exits, NULL, exits);
}

static bool kes_lacks(struct kes_hot *hot, unsigned int i)
{
	void **place;

	if (!hot->vcpu || !i)
		return !hot->vcpu && !i;
	place = kes_memory_table[i].place(hot->vcpu);
	return place && !*place;
}

/* Return false if the vCPU cannot use @memory. */
static bool kes_install(struct kes_hot *hot, unsigned int i, void *memory)
{
	lockdep_assert_held(&hot->vm->lock);
	if (!kes_lacks(hot, i) || !(kes_groups_of(hot->vm) & BIT(i)))
		return false;
	if (i) {
		/* Initialized before the vCPU's thread can see it. */
		smp_store_release(kes_memory_table[i].place(hot->vcpu), memory);
		return true;
	}
	if (hot->can_l2 && !((struct kes_vcpu *)memory)->l2)
		return false;
	kes_install_counters(hot, memory);
	return true;
}

static void *kes_alloc_for(unsigned int i, bool l2, gfp_t gfp)
{
	return i ? kes_alloc(i, gfp) : kes_counters_alloc(l2, gfp);
}

static void kes_free_unused(unsigned int i, void *memory)
{
	if (!i && memory)
		kfree(((struct kes_vcpu *)memory)->l2);
	kvfree(memory);
}

/* Free the memory of a group while the vCPU may run. */
static void kes_remove(struct kes_vcpu *vcpu, unsigned int i)
{
	void **place = vcpu && i ? kes_memory_table[i].place(vcpu) : NULL;
	struct kes_freed {
		struct rcu_head rcu;
	} *memory;

	if (!place || !*place)
		return;
	memory = *place;
	WRITE_ONCE(*place, NULL);
	kvfree_rcu(memory, rcu);
}

void kes_memory_free_vcpu(struct kes_vcpu *vcpu)
{
	unsigned int i = KES_NR_GROUPS;

	/* The last first: the pointer to a histogram is in the group time. */
	while (--i)
		kes_remove(vcpu, i);
}

/* Give counters the memory of @groups, and of no others. */
int kes_memory_fit_vcpu(struct kes_vcpu *vcpu, u32 groups, gfp_t gfp)
{
	unsigned int i;
	void **place;

	for (i = KES_NR_GROUPS; --i;)
		if (!(groups & BIT(i)))
			kes_remove(vcpu, i);
	for (i = 1; i < KES_NR_GROUPS; i++) {
		if (!(groups & BIT(i)))
			continue;
		place = kes_memory_table[i].place(vcpu);
		if (place && !*place)
			*place = kes_alloc(i, gfp);
		if (!place || !*place)
			return -ENOMEM;
	}
	return 0;
}

static void kes_trim(struct kes_hot *hot)
{
	unsigned int i = KES_NR_GROUPS;

	while (--i)
		if (!(kes_groups_of(hot->vm) & BIT(i)))
			kes_remove(hot->vcpu, i);
}

void kes_memory_trim_vcpu(struct kes_hot *hot)
{
	mutex_lock(&hot->vm->lock);
	kes_trim(hot);
	mutex_unlock(&hot->vm->lock);
}

/* Give the vCPU the memory of one group. */
static int kes_fill(struct kes_hot *hot, unsigned int i, gfp_t gfp)
{
	void *memory = kes_alloc_for(i, false, gfp);

	if (!memory)
		return -ENOMEM;
	mutex_lock(&hot->vm->lock);
	if (kes_install(hot, i, memory))
		memory = NULL;
	mutex_unlock(&hot->vm->lock);
	kes_free_unused(i, memory);
	return 0;
}

/* The vCPU is on the list of its VM, and does not run yet. */
int kes_memory_fill_vcpu(struct kes_hot *hot, gfp_t gfp)
{
	unsigned int i;
	int ret;

	for (i = 0; i < KES_NR_GROUPS; i++) {
		if (!(kes_groups_of(hot->vm) & BIT(i)) || !kes_lacks(hot, i))
			continue;
		ret = kes_fill(hot, i, gfp);
		if (ret)
			return ret;
	}
	return 0;
}

/* Return a vCPU that lacks the memory, NULL if there is none. */
static struct kes_hot *kes_find_lacking(const struct kes_vm *vm, unsigned int i)
{
	struct kes_hot *hot;

	list_for_each_entry(hot, &vm->vcpus, node)
		if (kes_lacks(hot, i))
			return hot;
	return NULL;
}

/*
 * Allocate without a lock, so that memory that is hard to get does not delay
 * the VM. The memory is not charged to the caller, who does not own the VM.
 */
int kes_give(struct kes_vm *vm, unsigned int i)
{
	struct kes_hot *hot;
	void *memory;
	bool l2 = false;

	do {
		memory = kes_alloc_for(i, l2, GFP_KERNEL);
		if (!memory)
			return -ENOMEM;
		mutex_lock(&vm->lock);
		hot = kes_find_lacking(vm, i);
		l2 = hot && hot->can_l2;
		if (hot && kes_install(hot, i, memory))
			memory = NULL;
		mutex_unlock(&vm->lock);
		kes_free_unused(i, memory);
		cond_resched();
	} while (hot);
	return 0;
}

/* Free the memory that the VM does not need. */
void kes_take(struct kes_vm *vm)
{
	struct kes_hot *hot;

	mutex_lock(&vm->lock);
	list_for_each_entry(hot, &vm->vcpus, node)
		kes_trim(hot);
	mutex_unlock(&vm->lock);
}

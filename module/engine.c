// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the engine's data, see engine.h.
 */
#include <linux/lockdep.h>
#include <linux/slab.h>

#include "engine.h"

struct kes_state kes = {
	.vms = LIST_HEAD_INIT(kes.vms),
	.users = LIST_HEAD_INIT(kes.users),
};

/* Held while all VMs are visited, see engine.h. */
DEFINE_MUTEX(kes_walk_lock);

/* Guards the list of VMs and the sums of evicted VMs, see engine.h. */
DEFINE_MUTEX(kes_lock);

/* VMs may be added at the same time, but not removed. */
struct kes_vm *kes_next_vm(const struct kes_vm *vm)
{
	const struct list_head *last = vm ? &vm->node : &kes.vms;
	struct list_head *node = READ_ONCE(last->next);

	lockdep_assert_held(&kes_walk_lock);
	for (; node != &kes.vms; node = READ_ONCE(node->next)) {
		struct kes_vm *next = list_entry(node, struct kes_vm, node);

		if (!READ_ONCE(next->gone))
			return next;
	}
	return NULL;
}

struct kes_hot *kes_next_vcpu(const struct kes_vm *vm,
			      const struct kes_hot *hot)
{
	const struct list_head *last = hot ? &hot->node : &vm->vcpus;
	struct list_head *node = last->next;

	for (; node != &vm->vcpus; node = node->next) {
		struct kes_hot *next = list_entry(node, struct kes_hot, node);

		if (next->listed)
			return next;
	}
	return NULL;
}

void kes_sync(void)
{
	if (kes.feed->sync)
		kes.feed->sync();
}

/* Allocate the counters for L2, for kes_vcpu_set_l2(). */
void *kes_l2_alloc(gfp_t gfp)
{
	return kcalloc(KES_NR_L2_COLUMNS, sizeof(u64[KES_NR_SLOTS]), gfp);
}

/* @l2: zeroed memory from kes_l2_alloc() */
void kes_vcpu_set_l2(struct kes_vcpu *vcpu, void *l2)
{
	/* Zeroed before readers can see it; pairs with kes_copy_vcpu(). */
	smp_store_release(&vcpu->l2, l2);
}

/* Allocate the counters for L2, before @vcpu can run a nested guest. */
int kes_vcpu_enable_l2(struct kes_vcpu *vcpu, gfp_t gfp)
{
	void *l2;

	if (vcpu->l2)
		return 0;
	l2 = kes_l2_alloc(gfp);
	if (!l2)
		return -ENOMEM;
	kes_vcpu_set_l2(vcpu, l2);
	return 0;
}

/* @l2: also allocate the counters for L2. */
struct kes_vcpu *kes_counters_alloc(bool l2, gfp_t gfp)
{
	struct kes_vcpu *vcpu = kzalloc(sizeof(*vcpu), gfp);

	if (vcpu && l2 && kes_vcpu_enable_l2(vcpu, gfp)) {
		kfree(vcpu);
		return NULL;
	}
	return vcpu;
}

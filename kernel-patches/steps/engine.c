count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count    | * KVM exit statistics: the engine's data, see engine.h.
count    | */
count    |#include <linux/lockdep.h>
count    |#include <linux/slab.h>
count    |
count    |#include "engine.h"
count    |
count    |struct kes_state kes = {
count    |	.vms = LIST_HEAD_INIT(kes.vms),
snapshot |	.users = LIST_HEAD_INIT(kes.users),
count    |};
count    |
count    |/* Held while all VMs are visited, see engine.h. */
count    |DEFINE_MUTEX(kes_walk_lock);
count    |
count    |/* Guards the list of VMs and the sums of evicted VMs, see engine.h. */
count    |DEFINE_MUTEX(kes_lock);
count    |
count    |/* VMs may be added at the same time, but not removed. */
count    |struct kes_vm *kes_next_vm(const struct kes_vm *vm)
count    |{
count    |	const struct list_head *last = vm ? &vm->node : &kes.vms;
count    |	struct list_head *node = READ_ONCE(last->next);
count    |
count    |	lockdep_assert_held(&kes_walk_lock);
count    |	for (; node != &kes.vms; node = READ_ONCE(node->next)) {
count    |		struct kes_vm *next = list_entry(node, struct kes_vm, node);
count    |
count    |		if (!READ_ONCE(next->gone))
count    |			return next;
count    |	}
count    |	return NULL;
count    |}
snapshot |
snapshot |struct kes_hot *kes_next_vcpu(const struct kes_vm *vm,
snapshot |			      const struct kes_hot *hot)
snapshot |{
snapshot |	const struct list_head *last = hot ? &hot->node : &vm->vcpus;
snapshot |	struct list_head *node = last->next;
snapshot |
snapshot |	for (; node != &vm->vcpus; node = node->next) {
snapshot |		struct kes_hot *next = list_entry(node, struct kes_hot, node);
snapshot |
snapshot |		if (next->listed)
snapshot |			return next;
snapshot |	}
snapshot |	return NULL;
snapshot |}
count    |
count    |void kes_sync(void)
count    |{
count    |	if (kes.feed->sync)
count    |		kes.feed->sync();
count    |}
nested   |
nested   |/* Allocate the counters for L2, for kes_vcpu_set_l2(). */
nested   |void *kes_l2_alloc(gfp_t gfp)
nested   |{
nested   |	return kcalloc(KES_NR_L2_COLUMNS, sizeof(u64[KES_NR_SLOTS]), gfp);
nested   |}
nested   |
nested   |/* @l2: zeroed memory from kes_l2_alloc() */
nested   |void kes_vcpu_set_l2(struct kes_vcpu *vcpu, void *l2)
nested   |{
nested   |	/* Zeroed before readers can see it; pairs with kes_copy_vcpu(). */
nested   |	smp_store_release(&vcpu->l2, l2);
nested   |}
nested   |
nested   |/* Allocate the counters for L2, before @vcpu can run a nested guest. */
nested   |int kes_vcpu_enable_l2(struct kes_vcpu *vcpu, gfp_t gfp)
nested   |{
nested   |	void *l2;
nested   |
nested   |	if (vcpu->l2)
nested   |		return 0;
nested   |	l2 = kes_l2_alloc(gfp);
nested   |	if (!l2)
nested   |		return -ENOMEM;
nested   |	kes_vcpu_set_l2(vcpu, l2);
nested   |	return 0;
nested   |}
count    |
count    |/* @l2: also allocate the counters for L2. */
count    |struct kes_vcpu *kes_counters_alloc(bool l2, gfp_t gfp)
count    |{
count    |	struct kes_vcpu *vcpu = kzalloc(sizeof(*vcpu), gfp);
count    |
nested   |	if (vcpu && l2 && kes_vcpu_enable_l2(vcpu, gfp)) {
nested   |		kfree(vcpu);
nested   |		return NULL;
nested   |	}
count    |	return vcpu;
count    |}

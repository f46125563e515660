count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count    | * KVM exit statistics: switching groups of counters while guests run.
count    | *
count    | * count	exits by reason and disposition
time     | * time		time of vCPUs by state and reason; needs count
histogram| * histogram	handler time in powers of two; needs time
detail   | * detail	exits by MSR, port, page, ...; needs count
count    | *
count    | * Each group has a static key. time, histogram and detail use memory per vCPU.
count    | * It is allocated before the key is enabled, and freed after the key is
count    | * disabled and no vCPU can still run the code behind it, which runs with
count    | * preemption disabled.
count    | */
count    |#include <linux/bits.h>
count    |#include <linux/lockdep.h>
count    |#include <linux/log2.h>
count    |#include <linux/mm.h>
count    |#include <linux/rcupdate.h>
count    |
count    |#include "count.h"
detail   |#include "detail.h"
count    |#include "engine.h"
count    |#include "groups.h"
time     |#include "time.h"
time     |
time-detail|#define KES_MORE	KES_GROUP_TIME
detail   |#define KES_MORE	(KES_GROUP_TIME | KES_GROUP_DETAIL)
count    |
count    |/*
count    | * @needs: groups that must be on
count    | * @key: enabled while the group is on
count    | * @place: returns the location of a vCPU's pointer to its memory, or NULL if
count    | *	the vCPU has no such pointer; NULL if the group needs no memory
count    | * @size: size of the memory
count    | * @init: initializes the zeroed memory; NULL if not needed
count    | */
count    |struct kes_group {
count    |	u32 needs;
count    |	struct static_key_false *key;
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
count    |
count    |/* By bit of KES_GROUP_*; a group follows the groups that it needs. */
count    |static const struct kes_group kes_group_table[] = {
count    |	{ 0, &kes_count_key },
time     |	{ KES_GROUP_COUNT, &kes_time_key, kes_time_place,
time     |	  sizeof(struct kes_time), kes_time_init },
histogram|	{ KES_GROUP_TIME, &kes_histogram_key, kes_histogram_place,
histogram|	  sizeof(struct kes_histogram) },
detail   |	{ KES_GROUP_COUNT, &kes_detail_key, kes_detail_place,
detail   |	  sizeof(struct kes_detail) },
count    |};
count    |
count    |/* A vCPU may have the memory already, allocated when it was created. */
count    |static int kes_alloc(const struct kes_group *group, struct kes_vcpu *vcpu,
count    |		     gfp_t gfp)
count    |{
count    |	void **place, *memory;
count    |
count    |	if (!group->place)
count    |		return 0;
count    |	place = group->place(vcpu);
count    |	if (place && *place)
count    |		return 0;
count    |	memory = place ? kvzalloc(group->size, gfp) : NULL;
count    |	if (!memory)
count    |		return -ENOMEM;
count    |	if (group->init)
count    |		group->init(memory);
count    |	/* Initialized before the vCPU's thread can see it. */
count    |	smp_store_release(place, memory);
count    |	return 0;
count    |}
count    |
count    |static void kes_free(const struct kes_group *group, struct kes_vcpu *vcpu)
count    |{
count    |	void **place = group->place ? group->place(vcpu) : NULL;
count    |
count    |	if (!place)
count    |		return;
count    |	kvfree(*place);
count    |	*place = NULL;
count    |}
count    |
count    |u32 kes_groups(void)
count    |{
count    |	u32 groups = 0;
count    |	unsigned int i;
count    |
count    |	for (i = 0; i < ARRAY_SIZE(kes_group_table); i++)
count    |		if (static_key_enabled(&kes_group_table[i].key->key))
count    |			groups |= BIT(i);
count    |	return groups;
count    |}
count    |
count    |static void kes_free_group(const struct kes_group *group)
count    |{
count    |	struct kes_vcpu *vcpu;
count    |	struct kes_vm *vm;
count    |
count    |	list_for_each_entry(vm, &kes.vms, node)
count    |		list_for_each_entry(vcpu, &vm->vcpus, node)
count    |			kes_free(group, vcpu);
count    |}
count    |
count    |static int kes_alloc_group(const struct kes_group *group)
count    |{
count    |	struct kes_vcpu *vcpu;
count    |	struct kes_vm *vm;
count    |	int ret;
count    |
count    |	list_for_each_entry(vm, &kes.vms, node) {
snapshot |		if (vm->destroyed_ns)
snapshot |			continue;
count    |		list_for_each_entry(vcpu, &vm->vcpus, node) {
count    |			ret = kes_alloc(group, vcpu, GFP_KERNEL_ACCOUNT);
count    |			if (ret)
count    |				return ret;
count    |		}
count    |	}
count    |	return 0;
count    |}
count    |
count    |static int kes_notify_feed(u32 bit, bool on)
count    |{
count    |	const struct kes_feed *feed = kes.feed;
count    |
count    |	return feed->switch_group ? feed->switch_group(bit, on) : 0;
count    |}
count    |
count    |static int kes_switch_on(const struct kes_group *group, u32 bit)
count    |{
count    |	int ret;
count    |
count    |	if ((kes_groups() & group->needs) != group->needs)
count    |		return -EINVAL;
count    |	ret = kes_notify_feed(bit, true);
count    |	if (ret)
count    |		return ret;
count    |	ret = kes_alloc_group(group);
count    |	if (ret) {
count    |		synchronize_rcu();
count    |		kes_free_group(group);
count    |		kes_notify_feed(bit, false);
count    |		return ret;
count    |	}
count    |	static_branch_enable(group->key);
time     |	if (bit & KES_MORE)
time     |		static_branch_inc(&kes_more_key);
count    |	return 0;
count    |}
count    |
count    |static int kes_switch_off(const struct kes_group *group, u32 bit)
count    |{
count    |	unsigned int i;
count    |
count    |	for (i = 0; i < ARRAY_SIZE(kes_group_table); i++)
count    |		if (kes_groups() & BIT(i) && kes_group_table[i].needs & bit)
count    |			return -EBUSY;
time     |	if (bit & KES_MORE)
time     |		static_branch_dec(&kes_more_key);
count    |	static_branch_disable(group->key);
count    |	kes_notify_feed(bit, false);
count    |	if (group->place) {
count    |		/* Wait until no vCPU runs the code behind the key. */
count    |		synchronize_rcu();
count    |		kes_free_group(group);
count    |	}
count    |	return 0;
count    |}
count    |
count    |int kes_switch(u32 bit, bool on)
count    |{
count    |	const struct kes_group *group = &kes_group_table[ilog2(bit)];
count    |	int ret = 0;
count    |
count    |	kes_sync();
count    |	mutex_lock(&kes_lock);
count-snapshot|	if (on != !!(kes_groups() & bit))
snapshot |	if (on != !!(kes_groups() & bit)) {
count    |		ret = on ? kes_switch_on(group, bit) : kes_switch_off(group, bit);
snapshot |		if (!ret && bit == KES_GROUP_COUNT)
snapshot |			kes.switches++;
snapshot |	}
count    |	mutex_unlock(&kes_lock);
count    |	return ret;
count    |}
count    |
count    |/* Allocate the memory of @groups, until an allocation fails. */
count    |static int kes_alloc_groups(struct kes_vcpu *vcpu, u32 groups, gfp_t gfp)
count    |{
count    |	unsigned int i;
count    |	int ret;
count    |
count    |	for (i = 0; i < ARRAY_SIZE(kes_group_table); i++) {
count    |		if (!(groups & BIT(i)))
count    |			continue;
count    |		ret = kes_alloc(&kes_group_table[i], vcpu, gfp);
count    |		if (ret)
count    |			return ret;
count    |	}
count    |	return 0;
count    |}
count    |
count    |/* Allocate the memory of all groups that are on, until an allocation fails. */
count    |int kes_groups_alloc_vcpu(struct kes_vcpu *vcpu, gfp_t gfp)
count    |{
count    |	return kes_alloc_groups(vcpu, kes_groups(), gfp);
count    |}
count    |
histogram|/*
histogram| * Free the last group first, because the pointer to a histogram is in the
histogram| * memory of the group time.
histogram| */
count    |static void kes_free_all_except(struct kes_vcpu *vcpu, u32 groups)
count    |{
count    |	unsigned int i = ARRAY_SIZE(kes_group_table);
count    |
count    |	while (i--)
count    |		if (!(groups & BIT(i)))
count    |			kes_free(&kes_group_table[i], vcpu);
count    |}
count    |
count    |/*
count    | * A group may have been switched off after a vCPU allocated its memory and
count    | * before the vCPU was added to the list.
count    | */
count    |void kes_groups_trim_vcpu(struct kes_vcpu *vcpu)
count    |{
count    |	lockdep_assert_held(&kes_lock);
count    |	kes_free_all_except(vcpu, kes_groups());
count    |}
count    |
count    |/* Give a vCPU that no thread runs the memory of @groups, and of no others. */
count    |int kes_groups_fit_vcpu(struct kes_vcpu *vcpu, u32 groups, gfp_t gfp)
count    |{
count    |	kes_free_all_except(vcpu, groups);
count    |	return kes_alloc_groups(vcpu, groups, gfp);
count    |}
count    |
count    |void kes_groups_free_vcpu(struct kes_vcpu *vcpu)
count    |{
count    |	kes_free_all_except(vcpu, 0);
count    |}

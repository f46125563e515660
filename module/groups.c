// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: switching groups of counters while guests run.
 *
 * count	exits by reason and disposition
 * time		time of vCPUs by state and reason; needs count
 * histogram	handler time in powers of two; needs time
 * detail	exits by MSR, port, page, ...; needs count
 *
 * Each group has a static key. time, histogram and detail use memory per vCPU.
 * It is allocated before the key is enabled, and freed after the key is
 * disabled and no vCPU can still run the code behind it, which runs with
 * preemption disabled.
 */
#include <linux/bits.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>

#include "count.h"
#include "detail.h"
#include "engine.h"
#include "groups.h"
#include "time.h"

#define KES_MORE	(KES_GROUP_TIME | KES_GROUP_DETAIL)

/*
 * @needs: groups that must be on
 * @key: enabled while the group is on
 * @place: returns the location of a vCPU's pointer to its memory, or NULL if
 *	the vCPU has no such pointer; NULL if the group needs no memory
 * @size: size of the memory
 * @init: initializes the zeroed memory; NULL if not needed
 */
struct kes_group {
	u32 needs;
	struct static_key_false *key;
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

/* By bit of KES_GROUP_*; a group follows the groups that it needs. */
static const struct kes_group kes_group_table[] = {
	{ 0, &kes_count_key },
	{ KES_GROUP_COUNT, &kes_time_key, kes_time_place,
	  sizeof(struct kes_time), kes_time_init },
	{ KES_GROUP_TIME, &kes_histogram_key, kes_histogram_place,
	  sizeof(struct kes_histogram) },
	{ KES_GROUP_COUNT, &kes_detail_key, kes_detail_place,
	  sizeof(struct kes_detail) },
};

/* A vCPU may have the memory already, allocated when it was created. */
static int kes_alloc(const struct kes_group *group, struct kes_vcpu *vcpu,
		     gfp_t gfp)
{
	void **place, *memory;

	if (!group->place)
		return 0;
	place = group->place(vcpu);
	if (place && *place)
		return 0;
	memory = place ? kvzalloc(group->size, gfp) : NULL;
	if (!memory)
		return -ENOMEM;
	if (group->init)
		group->init(memory);
	/* Initialized before the vCPU's thread can see it. */
	smp_store_release(place, memory);
	return 0;
}

static void kes_free(const struct kes_group *group, struct kes_vcpu *vcpu)
{
	void **place = group->place ? group->place(vcpu) : NULL;

	if (!place)
		return;
	kvfree(*place);
	*place = NULL;
}

u32 kes_groups(void)
{
	u32 groups = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kes_group_table); i++)
		if (static_key_enabled(&kes_group_table[i].key->key))
			groups |= BIT(i);
	return groups;
}

static void kes_free_group(const struct kes_group *group)
{
	struct kes_vcpu *vcpu;
	struct kes_vm *vm;

	list_for_each_entry(vm, &kes.vms, node)
		list_for_each_entry(vcpu, &vm->vcpus, node)
			kes_free(group, vcpu);
}

static int kes_alloc_group(const struct kes_group *group)
{
	struct kes_vcpu *vcpu;
	struct kes_vm *vm;
	int ret;

	list_for_each_entry(vm, &kes.vms, node) {
		if (vm->destroyed_ns)
			continue;
		list_for_each_entry(vcpu, &vm->vcpus, node) {
			ret = kes_alloc(group, vcpu, GFP_KERNEL_ACCOUNT);
			if (ret)
				return ret;
		}
	}
	return 0;
}

static int kes_notify_feed(u32 bit, bool on)
{
	const struct kes_feed *feed = kes.feed;

	return feed->switch_group ? feed->switch_group(bit, on) : 0;
}

static int kes_switch_on(const struct kes_group *group, u32 bit)
{
	int ret;

	if ((kes_groups() & group->needs) != group->needs)
		return -EINVAL;
	ret = kes_notify_feed(bit, true);
	if (ret)
		return ret;
	ret = kes_alloc_group(group);
	if (ret) {
		synchronize_rcu();
		kes_free_group(group);
		kes_notify_feed(bit, false);
		return ret;
	}
	static_branch_enable(group->key);
	if (bit & KES_MORE)
		static_branch_inc(&kes_more_key);
	return 0;
}

static int kes_switch_off(const struct kes_group *group, u32 bit)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kes_group_table); i++)
		if (kes_groups() & BIT(i) && kes_group_table[i].needs & bit)
			return -EBUSY;
	if (bit & KES_MORE)
		static_branch_dec(&kes_more_key);
	static_branch_disable(group->key);
	kes_notify_feed(bit, false);
	if (group->place) {
		/* Wait until no vCPU runs the code behind the key. */
		synchronize_rcu();
		kes_free_group(group);
	}
	return 0;
}

int kes_switch(u32 bit, bool on)
{
	const struct kes_group *group = &kes_group_table[ilog2(bit)];
	int ret = 0;

	kes_sync();
	mutex_lock(&kes_lock);
	if (on != !!(kes_groups() & bit)) {
		ret = on ? kes_switch_on(group, bit) : kes_switch_off(group, bit);
		if (!ret && bit == KES_GROUP_COUNT)
			kes.switches++;
	}
	mutex_unlock(&kes_lock);
	return ret;
}

/* Allocate the memory of @groups, until an allocation fails. */
static int kes_alloc_groups(struct kes_vcpu *vcpu, u32 groups, gfp_t gfp)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(kes_group_table); i++) {
		if (!(groups & BIT(i)))
			continue;
		ret = kes_alloc(&kes_group_table[i], vcpu, gfp);
		if (ret)
			return ret;
	}
	return 0;
}

/* Allocate the memory of all groups that are on, until an allocation fails. */
int kes_groups_alloc_vcpu(struct kes_vcpu *vcpu, gfp_t gfp)
{
	return kes_alloc_groups(vcpu, kes_groups(), gfp);
}

/*
 * Free the last group first, because the pointer to a histogram is in the
 * memory of the group time.
 */
static void kes_free_all_except(struct kes_vcpu *vcpu, u32 groups)
{
	unsigned int i = ARRAY_SIZE(kes_group_table);

	while (i--)
		if (!(groups & BIT(i)))
			kes_free(&kes_group_table[i], vcpu);
}

/*
 * A group may have been switched off after a vCPU allocated its memory and
 * before the vCPU was added to the list.
 */
void kes_groups_trim_vcpu(struct kes_vcpu *vcpu)
{
	lockdep_assert_held(&kes_lock);
	kes_free_all_except(vcpu, kes_groups());
}

/* Give a vCPU that no thread runs the memory of @groups, and of no others. */
int kes_groups_fit_vcpu(struct kes_vcpu *vcpu, u32 groups, gfp_t gfp)
{
	kes_free_all_except(vcpu, groups);
	return kes_alloc_groups(vcpu, groups, gfp);
}

void kes_groups_free_vcpu(struct kes_vcpu *vcpu)
{
	kes_free_all_except(vcpu, 0);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: switching what is counted, while guests run.
 *
 * count	every exit, by reason; what became of it
 * time		where a vCPU's time goes, by reason; needs count
 * histogram	handler time by powers of two; needs time
 * detail	which MSR, port, page, ...; needs count
 *
 * Each has a static key. time, histogram and detail have memory per vCPU, made
 * before the key is switched on and freed after it is off and no vCPU can be
 * in the code behind it any more: that code runs with preemption disabled.
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

struct kes_group {
	u32 needs;		/* groups without which it does not work */
	struct static_key_false *key;
	int (*alloc)(struct kes_vcpu *vcpu, gfp_t gfp);
	void (*free)(struct kes_vcpu *vcpu);
};

/* A vCPU may have the memory of a group already, from where it was made. */
static int kes_alloc_time(struct kes_vcpu *vcpu, gfp_t gfp)
{
	struct kes_time *time = vcpu->time ?: kes_time_alloc(gfp);

	/* Zeroed before the vCPU's thread sees it. */
	smp_store_release(&vcpu->time, time);
	return time ? 0 : -ENOMEM;
}

static void kes_free_time(struct kes_vcpu *vcpu)
{
	kes_time_free(vcpu->time);
	vcpu->time = NULL;
}

static int kes_alloc_histogram(struct kes_vcpu *vcpu, gfp_t gfp)
{
	struct kes_histogram *histogram = vcpu->time->histogram;

	if (!histogram)
		histogram = kvzalloc(sizeof(*histogram), gfp);
	/* Zeroed before the vCPU's thread sees it. */
	smp_store_release(&vcpu->time->histogram, histogram);
	return histogram ? 0 : -ENOMEM;
}

static void kes_free_histogram(struct kes_vcpu *vcpu)
{
	if (!vcpu->time)
		return;
	kvfree(vcpu->time->histogram);
	vcpu->time->histogram = NULL;
}

static int kes_alloc_detail(struct kes_vcpu *vcpu, gfp_t gfp)
{
	struct kes_detail *detail = vcpu->detail ?: kes_detail_alloc(gfp);

	/* Zeroed before the vCPU's thread sees it. */
	smp_store_release(&vcpu->detail, detail);
	return detail ? 0 : -ENOMEM;
}

static void kes_free_detail(struct kes_vcpu *vcpu)
{
	kes_detail_free(vcpu->detail);
	vcpu->detail = NULL;
}

/* By bit of KES_GROUP_*; a group comes after those that it needs. */
static const struct kes_group kes_group_table[] = {
	{ 0, &kes_count_key, NULL, NULL },
	{ KES_GROUP_COUNT, &kes_time_key, kes_alloc_time, kes_free_time },
	{ KES_GROUP_TIME, &kes_histogram_key, kes_alloc_histogram,
	  kes_free_histogram },
	{ KES_GROUP_COUNT, &kes_detail_key, kes_alloc_detail, kes_free_detail },
};

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

	if (!group->free)
		return;
	list_for_each_entry(vm, &kes.vms, node)
		list_for_each_entry(vcpu, &vm->vcpus, node)
			group->free(vcpu);
}

static int kes_alloc_group(const struct kes_group *group)
{
	struct kes_vcpu *vcpu;
	struct kes_vm *vm;
	int ret;

	if (!group->alloc)
		return 0;
	list_for_each_entry(vm, &kes.vms, node) {
		if (vm->died_ns)
			continue;
		list_for_each_entry(vcpu, &vm->vcpus, node) {
			ret = group->alloc(vcpu, GFP_KERNEL_ACCOUNT);
			if (ret)
				return ret;
		}
	}
	return 0;
}

static int kes_tell_feed(u32 bit, bool on)
{
	const struct kes_feed *feed = kes.feed;

	return feed->switch_group ? feed->switch_group(bit, on) : 0;
}

static int kes_switch_on(const struct kes_group *group, u32 bit)
{
	int ret;

	if ((kes_groups() & group->needs) != group->needs)
		return -EINVAL;
	ret = kes_tell_feed(bit, true);
	if (ret)
		return ret;
	ret = kes_alloc_group(group);
	if (ret) {
		synchronize_rcu();
		kes_free_group(group);
		kes_tell_feed(bit, false);
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
	kes_tell_feed(bit, false);
	if (group->free) {
		/* No vCPU is behind the key any more, nor will be. */
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

/* A new vCPU gets the memory of what is switched on, as far as there is any. */
int kes_groups_alloc_vcpu(struct kes_vcpu *vcpu, gfp_t gfp)
{
	u32 groups = kes_groups();
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(kes_group_table); i++) {
		if (!(groups & BIT(i)) || !kes_group_table[i].alloc)
			continue;
		ret = kes_group_table[i].alloc(vcpu, gfp);
		if (ret)
			return ret;
	}
	return 0;
}

/* A vCPU that counts before it is listed may have missed that a group went off. */
void kes_groups_trim_vcpu(struct kes_vcpu *vcpu)
{
	u32 groups = kes_groups();

	lockdep_assert_held(&kes_lock);
	if (!(groups & KES_GROUP_HISTOGRAM))
		kes_free_histogram(vcpu);
	if (!(groups & KES_GROUP_TIME))
		kes_free_time(vcpu);
	if (!(groups & KES_GROUP_DETAIL))
		kes_free_detail(vcpu);
}

void kes_groups_free_vcpu(struct kes_vcpu *vcpu)
{
	kes_free_histogram(vcpu);
	kes_free_time(vcpu);
	kes_free_detail(vcpu);
}

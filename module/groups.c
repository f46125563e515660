// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: switching groups of counters while guests run.
 *
 * count	exits by reason and disposition
 * time		time of vCPUs by state and reason; needs count
 * histogram	handler time in powers of two; needs time
 * detail	exits by MSR, port, page, ...; needs count
 *
 * All groups can be on for all VMs, and all but count for single VMs. Each
 * group has a static key, which is enabled while the group is on for any VM.
 * The memory of a vCPU (memory.c) is allocated before the key is enabled.
 */
#include <linux/bits.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/rculist.h>

#include "count.h"
#include "detail.h"
#include "engine.h"
#include "groups.h"
#include "memory.h"
#include "time.h"
#include "walk.h"

#define KES_MORE	(KES_GROUP_TIME | KES_GROUP_DETAIL)

/*
 * @needs: groups that must be on
 * @key: enabled while the group is on for any VM
 */
struct kes_group {
	u32 needs;
	struct static_key_false *key;
};

/* By bit of KES_GROUP_*; a group follows the groups that it needs. */
static const struct kes_group kes_group_table[KES_NR_GROUPS] = {
	{ 0, &kes_count_key },
	{ KES_GROUP_COUNT, &kes_time_key },
	{ KES_GROUP_TIME, &kes_histogram_key },
	{ KES_GROUP_COUNT, &kes_detail_key },
};

/* All VMs together and each VM that has a group on are its users. */
static u32 kes_users_of[KES_NR_GROUPS];

static int kes_give_all(unsigned int i)
{
	struct kes_vm *vm;
	int ret;

	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm)) {
		ret = kes_give(vm, i);
		if (ret)
			return ret;
	}
	return 0;
}

static void kes_take_all(void)
{
	struct kes_vm *vm;

	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm))
		kes_take(vm);
}

static int kes_notify_feed(unsigned int i, bool on)
{
	const struct kes_feed *feed = kes.feed;
	int ret = 0;

	mutex_lock(&kes_lock);
	if (feed->switch_group)
		ret = feed->switch_group(BIT(i), on);
	mutex_unlock(&kes_lock);
	return ret;
}

/* The first user attaches the feed; then memory; then kes_enable_key(). */
static int kes_get_feed(unsigned int i)
{
	return kes_users_of[i] ? 0 : kes_notify_feed(i, true);
}

static void kes_put_feed(unsigned int i)
{
	if (!kes_users_of[i])
		kes_notify_feed(i, false);
}

static void kes_enable_key(unsigned int i)
{
	if (kes_users_of[i]++)
		return;
	static_branch_enable(kes_group_table[i].key);
	if (BIT(i) & KES_MORE)
		static_branch_inc(&kes_more_key);
}

static void kes_disable_key(unsigned int i)
{
	if (--kes_users_of[i])
		return;
	if (BIT(i) & KES_MORE)
		static_branch_dec(&kes_more_key);
	static_branch_disable(kes_group_table[i].key);
}

/* Whether a group in @groups needs group @i, which is not in @others. */
static bool kes_is_needed(unsigned int i, u32 groups, u32 others)
{
	unsigned int k;

	if (others & BIT(i))
		return false;
	for (k = 0; k < KES_NR_GROUPS; k++)
		if (groups & BIT(k) && kes_group_table[k].needs & BIT(i))
			return true;
	return false;
}

static bool kes_is_needed_by_any(unsigned int i)
{
	const struct kes_vm *vm;

	if (kes_is_needed(i, kes.groups, 0))
		return true;
	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm))
		if (kes_is_needed(i, vm->groups, vm->groups))
			return true;
	return false;
}

static int kes_switch_on(unsigned int i)
{
	u32 needs = kes_group_table[i].needs;
	int ret;

	if ((kes.groups & needs) != needs)
		return -EINVAL;
	ret = kes_get_feed(i);
	if (ret)
		return ret;
	WRITE_ONCE(kes.groups, kes.groups | BIT(i));
	ret = kes_give_all(i);
	if (ret) {
		WRITE_ONCE(kes.groups, kes.groups & ~BIT(i));
		kes_take_all();
		kes_put_feed(i);
		return ret;
	}
	kes_enable_key(i);
	return 0;
}

static int kes_switch_off(unsigned int i)
{
	if (kes_is_needed_by_any(i))
		return -EBUSY;
	WRITE_ONCE(kes.groups, kes.groups & ~BIT(i));
	kes_disable_key(i);
	kes_put_feed(i);
	kes_take_all();
	return 0;
}

int kes_switch(u32 bit, bool on)
{
	unsigned int i = ilog2(bit);
	int ret = 0;

	kes_walk_begin();
	if (on != !!(kes.groups & bit)) {
		ret = on ? kes_switch_on(i) : kes_switch_off(i);
		if (!ret && bit == KES_GROUP_COUNT)
			kes.switches++;
		kes.switchings++;
	}
	kes_walk_end();
	return ret;
}

static int kes_vm_set_groups(struct kes_vm *vm, u32 groups)
{
	int ret = 0;

	mutex_lock(&vm->lock);
	if (vm->destroyed_ns)
		ret = -ENOENT;
	else
		vm->groups = groups;
	mutex_unlock(&vm->lock);
	return ret;
}

static int kes_vm_on(struct kes_vm *vm, unsigned int i)
{
	u32 needs = kes_group_table[i].needs, before = vm->groups;
	int ret;

	if ((kes_groups_of(vm) & needs) != needs)
		return -EINVAL;
	ret = kes_get_feed(i);
	if (ret)
		return ret;
	ret = kes_vm_set_groups(vm, before | BIT(i)) ?: kes_give(vm, i);
	if (ret) {
		kes_vm_set_groups(vm, before);
		kes_take(vm);
		kes_put_feed(i);
		return ret;
	}
	kes_enable_key(i);
	return 0;
}

static int kes_vm_off(struct kes_vm *vm, unsigned int i)
{
	if (kes_is_needed(i, vm->groups, kes.groups))
		return -EBUSY;
	vm->groups &= ~BIT(i);
	kes_disable_key(i);
	kes_put_feed(i);
	kes_take(vm);
	return 0;
}

static struct kes_vm *kes_find_vm(u64 id)
{
	struct kes_vm *vm;

	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm))
		if (vm->id == id && !vm->destroyed_ns)
			return vm;
	return NULL;
}

int kes_switch_vm(u64 vm_id, u32 bit, bool on)
{
	unsigned int i = ilog2(bit);
	struct kes_vm *vm;
	int ret = -ENOENT;

	kes_walk_begin();
	vm = kes_find_vm(vm_id);
	if (vm) {
		ret = 0;
		if (on != !!(vm->groups & bit))
			ret = on ? kes_vm_on(vm, i) : kes_vm_off(vm, i);
		kes.switchings++;
	}
	kes_walk_end();
	return ret;
}

static void kes_release(struct kes_vm *vm)
{
	unsigned int i = KES_NR_GROUPS;

	while (--i)
		if (vm->groups & BIT(i))
			kes_vm_off(vm, i);
}

void kes_groups_release(void)
{
	struct kes_vm *vm;

	kes_walk_begin();
	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm))
		if (READ_ONCE(vm->destroyed_ns))
			kes_release(vm);
	kes_walk_end();
}

void kes_groups_release_vm(struct kes_vm *vm)
{
	if (!vm->groups)
		return;
	mutex_lock(&kes_walk_lock);
	kes_release(vm);
	mutex_unlock(&kes_walk_lock);
}

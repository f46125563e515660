count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count    | * KVM exit statistics: switching groups of counters while guests run.
count    | *
count    | * count	exits by reason and disposition
time     | * time		time of vCPUs by state and reason; needs count
histogram| * histogram	handler time in powers of two; needs time
detail   | * detail	exits by MSR, port, page, ...; needs count
count    | *
count    | * All groups can be on for all VMs, and all but count for single VMs. Each
count    | * group has a static key, which is enabled while the group is on for any VM.
count    | * The memory of a vCPU (memory.c) is allocated before the key is enabled.
count    | */
count    |#include <linux/bits.h>
count    |#include <linux/lockdep.h>
count    |#include <linux/log2.h>
count    |#include <linux/rculist.h>
count    |
count    |#include "count.h"
detail   |#include "detail.h"
count    |#include "engine.h"
count    |#include "groups.h"
count    |#include "memory.h"
time     |#include "time.h"
time     |#include "walk.h"
time     |
time-detail|#define KES_MORE	KES_GROUP_TIME
detail   |#define KES_MORE	(KES_GROUP_TIME | KES_GROUP_DETAIL)
count    |
count    |/*
count    | * @needs: groups that must be on
count    | * @key: enabled while the group is on for any VM
count    | */
count    |struct kes_group {
count    |	u32 needs;
count    |	struct static_key_false *key;
count    |};
time     |
count    |/* By bit of KES_GROUP_*; a group follows the groups that it needs. */
count    |static const struct kes_group kes_group_table[KES_NR_GROUPS] = {
count    |	{ 0, &kes_count_key },
time     |	{ KES_GROUP_COUNT, &kes_time_key },
histogram|	{ KES_GROUP_TIME, &kes_histogram_key },
detail   |	{ KES_GROUP_COUNT, &kes_detail_key },
count    |};
count    |
count    |/* All VMs together and each VM that has a group on are its users. */
count    |static u32 kes_users_of[KES_NR_GROUPS];
count    |
count    |u32 kes_groups(void)
count    |{
count    |	return READ_ONCE(kes.groups);
count    |}
count    |
count    |u32 kes_groups_of(const struct kes_vm *vm)
count    |{
count    |	return READ_ONCE(kes.groups) | vm->groups;
count    |}
count    |
count    |static int kes_give_all(unsigned int i)
count    |{
count    |	struct kes_vm *vm;
count    |	int ret;
count    |
nested   |	kes_for_each_vm(vm) {
count    |		ret = kes_give(vm, i);
count-snapshot|	if (on != !!(kes_groups() & bit))
count    |		if (ret)
count    |			return ret;
count    |	}
count    |	return 0;
count    |}
count    |
count    |static void kes_take_all(void)
count    |{
count    |	struct kes_vm *vm;
count    |
nested   |	kes_for_each_vm(vm)
nested   |		kes_take(vm);
count    |}
count    |
histogram|static int kes_notify_feed(unsigned int i, bool on)
count    |{
count    |	const struct kes_feed *feed = kes.feed;
count    |	int ret = 0;
count    |
count    |	mutex_lock(&kes_lock);
count    |	if (feed->switch_group)
count    |		ret = feed->switch_group(BIT(i), on);
count    |	mutex_unlock(&kes_lock);
count    |	return ret;
count    |}
count    |
count    |/* The first user attaches the feed; then memory; then kes_enable_key(). */
count    |static int kes_get_feed(unsigned int i)
count    |{
histogram|	return kes_users_of[i] ? 0 : kes_notify_feed(i, true);
count    |}
count    |
count    |static void kes_put_feed(unsigned int i)
count    |{
histogram|	if (!kes_users_of[i])
histogram|		kes_notify_feed(i, false);
count    |}
count    |
count    |static void kes_enable_key(unsigned int i)
count    |{
detail   |	if (kes_users_of[i]++)
detail   |		return;
detail   |	static_branch_enable(kes_group_table[i].key);
detail   |	if (BIT(i) & KES_MORE)
detail   |		static_branch_inc(&kes_more_key);
count    |}
count    |
detail   |static void kes_disable_key(unsigned int i)
detail   |{
detail   |	if (--kes_users_of[i])
detail   |		return;
detail   |	if (BIT(i) & KES_MORE)
detail   |		static_branch_dec(&kes_more_key);
detail   |	static_branch_disable(kes_group_table[i].key);
detail   |}
count    |
count    |/* Whether a group in @groups needs group @i, which is not in @others. */
count    |static bool kes_is_needed(unsigned int i, u32 groups, u32 others)
count    |{
count    |	unsigned int k;
count    |
count    |	if (others & BIT(i))
count    |		return false;
count    |	for (k = 0; k < KES_NR_GROUPS; k++)
count    |		if (groups & BIT(k) && kes_group_table[k].needs & BIT(i))
count    |			return true;
count    |	return false;
count    |}
count    |
nested   |static bool kes_is_needed_by_any(unsigned int i)
nested   |{
nested   |	const struct kes_vm *vm;
nested   |
nested   |	if (kes_is_needed(i, kes.groups, 0))
nested   |		return true;
nested   |	kes_for_each_vm(vm)
nested   |		if (kes_is_needed(i, vm->groups, vm->groups))
nested   |			return true;
nested   |	return false;
nested   |}
count    |
count    |static int kes_switch_on(unsigned int i)
count    |{
count    |	u32 needs = kes_group_table[i].needs;
count    |	int ret;
count    |
count    |	if ((kes.groups & needs) != needs)
count    |		return -EINVAL;
count    |	ret = kes_get_feed(i);
count    |	if (ret)
count    |		return ret;
count    |	WRITE_ONCE(kes.groups, kes.groups | BIT(i));
count    |	ret = kes_give_all(i);
count    |	if (ret) {
count    |		WRITE_ONCE(kes.groups, kes.groups & ~BIT(i));
count    |		kes_take_all();
count    |		kes_put_feed(i);
count    |		return ret;
count    |	}
count    |	kes_enable_key(i);
count    |	return 0;
count    |}
count    |
detail   |static int kes_switch_off(unsigned int i)
detail   |{
detail   |	if (kes_is_needed_by_any(i))
detail   |		return -EBUSY;
detail   |	WRITE_ONCE(kes.groups, kes.groups & ~BIT(i));
detail   |	kes_disable_key(i);
detail   |	kes_put_feed(i);
detail   |	kes_take_all();
detail   |	return 0;
detail   |}
count    |
detail   |int kes_switch(u32 bit, bool on)
detail   |{
detail   |	unsigned int i = ilog2(bit);
detail   |	int ret = 0;
detail   |
detail   |	kes_walk_begin();
detail   |	if (on != !!(kes.groups & bit)) {
detail   |		ret = on ? kes_switch_on(i) : kes_switch_off(i);
detail   |		if (!ret && bit == KES_GROUP_COUNT)
detail   |			kes.switches++;
detail   |	}
detail   |	kes_walk_end();
detail   |	return ret;
detail   |}
count    |
count    |static int kes_vm_set_groups(struct kes_vm *vm, u32 groups)
count    |{
count    |	int ret = 0;
count    |
count    |	mutex_lock(&vm->lock);
count    |	if (vm->destroyed_ns)
count    |		ret = -ENOENT;
count    |	else
count    |		vm->groups = groups;
count    |	mutex_unlock(&vm->lock);
count    |	return ret;
count    |}
count    |
count    |static int kes_vm_on(struct kes_vm *vm, unsigned int i)
count    |{
count    |	u32 needs = kes_group_table[i].needs, before = vm->groups;
count    |	int ret;
count    |
count    |	if ((kes_groups_of(vm) & needs) != needs)
count    |		return -EINVAL;
count    |	ret = kes_get_feed(i);
count    |	if (ret)
count    |		return ret;
count    |	ret = kes_vm_set_groups(vm, before | BIT(i)) ?: kes_give(vm, i);
count    |	if (ret) {
count    |		kes_vm_set_groups(vm, before);
count    |		kes_take(vm);
count    |		kes_put_feed(i);
count    |		return ret;
count    |	}
count    |	kes_enable_key(i);
count    |	return 0;
count    |}
count    |
detail   |static int kes_vm_off(struct kes_vm *vm, unsigned int i)
detail   |{
detail   |	if (kes_is_needed(i, vm->groups, kes.groups))
detail   |		return -EBUSY;
detail   |	vm->groups &= ~BIT(i);
detail   |	kes_disable_key(i);
detail   |	kes_put_feed(i);
detail   |	kes_take(vm);
detail   |	return 0;
detail   |}
count    |
nested   |static struct kes_vm *kes_find_vm(u64 id)
nested   |{
nested   |	struct kes_vm *vm;
nested   |
nested   |	kes_for_each_vm(vm)
nested   |		if (vm->id == id && !vm->destroyed_ns)
nested   |			return vm;
nested   |	return NULL;
nested   |}
count    |
detail   |int kes_switch_vm(u64 vm_id, u32 bit, bool on)
detail   |{
detail   |	unsigned int i = ilog2(bit);
detail   |	struct kes_vm *vm;
detail   |	int ret = -ENOENT;
detail   |
detail   |	kes_walk_begin();
detail   |	vm = kes_find_vm(vm_id);
detail   |	if (vm) {
detail   |		ret = 0;
detail   |		if (on != !!(vm->groups & bit))
detail   |			ret = on ? kes_vm_on(vm, i) : kes_vm_off(vm, i);
detail   |	}
detail   |	kes_walk_end();
detail   |	return ret;
detail   |}
count    |
detail   |static void kes_release(struct kes_vm *vm)
detail   |{
detail   |	unsigned int i = KES_NR_GROUPS;
detail   |
detail   |	while (--i)
detail   |		if (vm->groups & BIT(i))
detail   |			kes_vm_off(vm, i);
detail   |}
count    |
detail   |void kes_groups_release(void)
detail   |{
detail   |	struct kes_vm *vm;
detail   |
detail   |	kes_walk_begin();
detail   |	kes_for_each_vm(vm)
detail   |		if (READ_ONCE(vm->destroyed_ns))
detail   |			kes_release(vm);
detail   |	kes_walk_end();
detail   |}
count    |
detail   |void kes_groups_release_vm(struct kes_vm *vm)
detail   |{
detail   |	if (!vm->groups)
detail   |		return;
detail   |	mutex_lock(&kes_walk_lock);
detail   |	kes_release(vm);
detail   |	mutex_unlock(&kes_walk_lock);
detail   |}

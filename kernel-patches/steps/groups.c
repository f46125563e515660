count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count    | * KVM exit statistics: switching groups of counters while guests run.
count    | *
count    | * count	exits by reason and disposition
time     | * time		time of vCPUs by state and reason; needs count
histogram| * histogram	handler time in powers of two; needs time
detail   | * detail	exits by MSR, port, page, ...; needs count
count    | *
vms      | * All groups can be on for all VMs, and all but count for single VMs. Each
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
count    |#include "walk.h"
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
count    |
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
count    |static int kes_give_all(unsigned int i)
count    |{
count    |	struct kes_vm *vm;
count    |	int ret;
count    |
count    |	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm)) {
count    |		ret = kes_give(vm, i);
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
count    |	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm))
count    |		kes_take(vm);
count    |}
count    |
count    |static int kes_notify_feed(unsigned int i, bool on)
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
count    |	return kes_users_of[i] ? 0 : kes_notify_feed(i, true);
count    |}
count    |
count    |static void kes_put_feed(unsigned int i)
count    |{
count    |	if (!kes_users_of[i])
count    |		kes_notify_feed(i, false);
count    |}
count    |
count    |static void kes_enable_key(unsigned int i)
count    |{
count    |	if (kes_users_of[i]++)
count    |		return;
count    |	static_branch_enable(kes_group_table[i].key);
time     |	if (BIT(i) & KES_MORE)
time     |		static_branch_inc(&kes_more_key);
count    |}
count    |
count    |static void kes_disable_key(unsigned int i)
count    |{
count    |	if (--kes_users_of[i])
count    |		return;
time     |	if (BIT(i) & KES_MORE)
time     |		static_branch_dec(&kes_more_key);
count    |	static_branch_disable(kes_group_table[i].key);
count    |}
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
count    |static bool kes_is_needed_by_any(unsigned int i)
count    |{
vms      |	const struct kes_vm *vm;
vms      |
count    |	if (kes_is_needed(i, kes.groups, 0))
count    |		return true;
vms      |	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm))
vms      |		if (kes_is_needed(i, vm->groups, vm->groups))
vms      |			return true;
count    |	return false;
count    |}
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
count    |static int kes_switch_off(unsigned int i)
count    |{
count    |	if (kes_is_needed_by_any(i))
count    |		return -EBUSY;
count    |	WRITE_ONCE(kes.groups, kes.groups & ~BIT(i));
count    |	kes_disable_key(i);
count    |	kes_put_feed(i);
count    |	kes_take_all();
count    |	return 0;
count    |}
count    |
count    |int kes_switch(u32 bit, bool on)
count    |{
count    |	unsigned int i = ilog2(bit);
count    |	int ret = 0;
count    |
count    |	kes_walk_begin();
count-snapshot|	if (on != !!(kes.groups & bit))
snapshot |	if (on != !!(kes.groups & bit)) {
count    |		ret = on ? kes_switch_on(i) : kes_switch_off(i);
snapshot |		if (!ret && bit == KES_GROUP_COUNT)
snapshot |			kes.switches++;
changes  |		kes.switchings++;
snapshot |	}
count    |	kes_walk_end();
count    |	return ret;
count    |}
vms      |
vms      |static int kes_vm_set_groups(struct kes_vm *vm, u32 groups)
vms      |{
vms      |	int ret = 0;
vms      |
vms      |	mutex_lock(&vm->lock);
vms      |	if (vm->destroyed_ns)
vms      |		ret = -ENOENT;
vms      |	else
vms      |		vm->groups = groups;
vms      |	mutex_unlock(&vm->lock);
vms      |	return ret;
vms      |}
vms      |
vms      |static int kes_vm_on(struct kes_vm *vm, unsigned int i)
vms      |{
vms      |	u32 needs = kes_group_table[i].needs, before = vm->groups;
vms      |	int ret;
vms      |
vms      |	if ((kes_groups_of(vm) & needs) != needs)
vms      |		return -EINVAL;
vms      |	ret = kes_get_feed(i);
vms      |	if (ret)
vms      |		return ret;
vms      |	ret = kes_vm_set_groups(vm, before | BIT(i)) ?: kes_give(vm, i);
vms      |	if (ret) {
vms      |		kes_vm_set_groups(vm, before);
vms      |		kes_take(vm);
vms      |		kes_put_feed(i);
vms      |		return ret;
vms      |	}
vms      |	kes_enable_key(i);
vms      |	return 0;
vms      |}
vms      |
vms      |static int kes_vm_off(struct kes_vm *vm, unsigned int i)
vms      |{
vms      |	if (kes_is_needed(i, vm->groups, kes.groups))
vms      |		return -EBUSY;
vms      |	vm->groups &= ~BIT(i);
vms      |	kes_disable_key(i);
vms      |	kes_put_feed(i);
vms      |	kes_take(vm);
vms      |	return 0;
vms      |}
vms      |
vms      |static struct kes_vm *kes_find_vm(u64 id)
vms      |{
vms      |	struct kes_vm *vm;
vms      |
vms      |	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm))
vms      |		if (vm->id == id && !vm->destroyed_ns)
vms      |			return vm;
vms      |	return NULL;
vms      |}
vms      |
vms      |int kes_switch_vm(u64 vm_id, u32 bit, bool on)
vms      |{
vms      |	unsigned int i = ilog2(bit);
vms      |	struct kes_vm *vm;
vms      |	int ret = -ENOENT;
vms      |
vms      |	kes_walk_begin();
vms      |	vm = kes_find_vm(vm_id);
vms      |	if (vm) {
vms      |		ret = 0;
vms      |		if (on != !!(vm->groups & bit))
vms      |			ret = on ? kes_vm_on(vm, i) : kes_vm_off(vm, i);
changes  |		kes.switchings++;
vms      |	}
vms      |	kes_walk_end();
vms      |	return ret;
vms      |}
vms      |
vms      |static void kes_release(struct kes_vm *vm)
vms      |{
vms      |	unsigned int i = KES_NR_GROUPS;
vms      |
vms      |	while (--i)
vms      |		if (vm->groups & BIT(i))
vms      |			kes_vm_off(vm, i);
vms      |}
vms      |
vms      |void kes_groups_release(void)
vms      |{
vms      |	struct kes_vm *vm;
vms      |
vms      |	kes_walk_begin();
vms      |	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm))
vms      |		if (READ_ONCE(vm->destroyed_ns))
vms      |			kes_release(vm);
vms      |	kes_walk_end();
vms      |}
vms      |
vms      |void kes_groups_release_vm(struct kes_vm *vm)
vms      |{
vms      |	if (!vm->groups)
vms      |		return;
vms      |	mutex_lock(&kes_walk_lock);
vms      |	kes_release(vm);
vms      |	mutex_unlock(&kes_walk_lock);
vms      |}

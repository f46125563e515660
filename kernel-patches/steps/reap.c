count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count    | * KVM exit statistics: removing VMs that are gone, see reap.h.
text     | *
text     | * A work item removes the files of a VM, because that waits for their readers:
text     | * the end of another VM must not wait for them.
count    | */
count    |#include <linux/init.h>
count    |#include <linux/lockdep.h>
snapshot |#include <linux/mm.h>
count    |#include <linux/rculist.h>
count    |#include <linux/slab.h>
count    |#include <linux/workqueue.h>
count    |
text     |#include "debugfs.h"
count    |#include "engine.h"
snapshot |#include "keep.h"
vms      |#include "groups.h"
count    |#include "reap.h"
count    |
count    |/* VMs that are no longer on the list of all VMs; kes_lock */
count    |static LIST_HEAD(kes_gone_vms);
count    |
count    |static void kes_free_vm(struct kref *ref)
count    |{
count    |	struct kes_vm *vm = container_of(ref, struct kes_vm, ref);
count    |
snapshot |	kvfree(vm->final);
count    |	kfree(vm);
count    |}
count    |
count    |void kes_vm_put(struct kes_vm *vm)
count    |{
count    |	kref_put(&vm->ref, kes_free_vm);
count    |}
count    |
count    |void kes_reap(void)
count    |{
count    |	struct kes_vm *vm, *next;
count    |	bool work = false;
count    |
count    |	lockdep_assert_held(&kes_lock);
count    |	kes.deferred = kes.walking;
count    |	if (kes.deferred)
count    |		return;
snapshot |	kes_evict_excess();
count    |	list_for_each_entry_safe(vm, next, &kes.vms, node) {
count-vms|		work |= vm->gone;
vms      |		work |= vm->gone || (vm->destroyed_ns && vm->groups);
count    |		if (vm->gone)
count    |			list_move_tail(&vm->node, &kes_gone_vms);
count    |	}
count    |	if (work)
count    |		schedule_work(&kes.reap);
count    |}
count    |
count    |static struct kes_vm *kes_pop_gone(void)
count    |{
count    |	struct kes_vm *vm;
count    |
count    |	mutex_lock(&kes_lock);
count    |	vm = list_first_entry_or_null(&kes_gone_vms, struct kes_vm, node);
count-snapshot|	if (vm)
snapshot |	if (vm) {
count    |		list_del(&vm->node);
snapshot |		kes_user_put(vm->user);
snapshot |	}
count    |	mutex_unlock(&kes_lock);
count    |	return vm;
count    |}
count    |
count    |static void kes_reap_work_fn(struct work_struct *work)
count    |{
count    |	struct kes_vm *vm;
count    |
count    |	mutex_lock(&kes_lock);
count    |	kes_reap();
count    |	mutex_unlock(&kes_lock);
vms      |	kes_groups_release();
count-vms|	while ((vm = kes_pop_gone()))
vms      |	while ((vm = kes_pop_gone())) {
vms      |		kes_groups_release_vm(vm);
text     |		kes_debugfs_remove_vm(vm);
count    |		kes_vm_put(vm);
vms      |	}
count    |}
count    |
count    |void __init kes_reap_init(void)
count    |{
count    |	INIT_WORK(&kes.reap, kes_reap_work_fn);
count    |}
count    |
count    |void kes_reap_flush(void)
count    |{
count    |	flush_work(&kes.reap);
count    |}

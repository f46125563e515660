// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: removing VMs that are gone, see reap.h.
 *
 * A work item removes the files of a VM, because that waits for their readers:
 * the end of another VM must not wait for them.
 */
#include <linux/init.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "debugfs.h"
#include "engine.h"
#include "keep.h"
#include "groups.h"
#include "reap.h"

/* VMs that are no longer on the list of all VMs; kes_lock */
static LIST_HEAD(kes_gone_vms);

static void kes_free_vm(struct kref *ref)
{
	struct kes_vm *vm = container_of(ref, struct kes_vm, ref);

	kvfree(vm->final);
	kfree(vm);
}

void kes_vm_put(struct kes_vm *vm)
{
	kref_put(&vm->ref, kes_free_vm);
}

void kes_reap(void)
{
	struct kes_vm *vm, *next;
	bool work = false;

	lockdep_assert_held(&kes_lock);
	kes.deferred = kes.walking;
	if (kes.deferred)
		return;
	kes_evict_excess();
	list_for_each_entry_safe(vm, next, &kes.vms, node) {
		work |= vm->gone || (vm->destroyed_ns && vm->groups);
		if (vm->gone)
			list_move_tail(&vm->node, &kes_gone_vms);
	}
	if (work)
		schedule_work(&kes.reap);
}

static struct kes_vm *kes_pop_gone(void)
{
	struct kes_vm *vm;

	mutex_lock(&kes_lock);
	vm = list_first_entry_or_null(&kes_gone_vms, struct kes_vm, node);
	if (vm) {
		list_del(&vm->node);
		kes_user_put(vm->user);
	}
	mutex_unlock(&kes_lock);
	return vm;
}

static void kes_reap_work_fn(struct work_struct *work)
{
	struct kes_vm *vm;

	mutex_lock(&kes_lock);
	kes_reap();
	mutex_unlock(&kes_lock);
	kes_groups_release();
	while ((vm = kes_pop_gone())) {
		kes_groups_release_vm(vm);
		kes_debugfs_remove_vm(vm);
		kes_vm_put(vm);
	}
}

void __init kes_reap_init(void)
{
	INIT_WORK(&kes.reap, kes_reap_work_fn);
}

void kes_reap_flush(void)
{
	flush_work(&kes.reap);
}

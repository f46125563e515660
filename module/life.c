// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the life cycle of VMs, vCPUs and the engine.
 *
 * A vCPU is on the list of its VM from the moment that it can run, so that
 * switching a group reaches it, but readers see it only when KVM has accepted
 * it. When a VM is destroyed, its counts are copied to a compact form, and the
 * counters are freed.
 */
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "debugfs.h"
#include "dmesg.h"
#include "engine.h"
#include "final.h"
#include "keep.h"
#include "life.h"
#include "memory.h"
#include "sysfs.h"
#include "reap.h"

/* @leader: thread group leader of the process that owns the VM */
struct kes_vm *kes_vm_create(struct task_struct *leader)
{
	struct kes_user *user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);
	struct kes_vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);

	if (!vm || !user) {
		kfree(user);
		kfree(vm);
		return NULL;
	}
	kref_init(&vm->ref);
	mutex_init(&vm->lock);
	INIT_LIST_HEAD(&vm->vcpus);
	vm->created_ns = ktime_get_ns();
	vm->pid = task_tgid_nr(leader);
	get_task_comm(vm->comm, leader);

	mutex_lock(&kes_lock);
	vm->user = kes_user_get(task_uid(leader), user);
	vm->id = ++kes.last_vm_id;
	list_add_tail_rcu(&vm->node, &kes.vms);
	mutex_unlock(&kes_lock);

	kes_debugfs_add_vm(vm);
	return vm;
}

static void kes_free_counters(struct kes_vcpu *vcpu)
{
	if (!vcpu)
		return;
	kes_memory_free_vcpu(vcpu);
	kvfree(vcpu->base);
	kfree(vcpu->l2);
	kfree(vcpu);
}

static void kes_drop_counters(struct kes_hot *hot)
{
	struct kes_vcpu *vcpu = hot->vcpu;

	hot->exits = NULL;
	hot->pending = NULL;
	hot->last = KES_NO_SLOT;
	hot->vcpu = NULL;
	kes_free_counters(vcpu);
}

/* Nobody visits @vm any more. The list keeps its other members. */
static void kes_drop_vcpus(struct kes_vm *vm)
{
	struct kes_hot *hot, *next;

	list_for_each_entry_safe(hot, next, &vm->vcpus, node) {
		list_del_init(&hot->node);
		kes_drop_counters(hot);
	}
}

/* There is no memory to keep the counts. Visitors find them once only. */
static void kes_vm_evict(struct kes_vm *vm)
{
	mutex_lock(&kes_walk_lock);
	mutex_lock(&kes_lock);
	mutex_lock(&vm->lock);
	kes_evict_live(vm);
	vm->nr_vcpus = 0;
	vm->destroyed_ns = ktime_get_ns();
	WRITE_ONCE(vm->gone, true);
	kes_drop_vcpus(vm);
	mutex_unlock(&vm->lock);
	kes_reap();
	mutex_unlock(&kes_lock);
	mutex_unlock(&kes_walk_lock);
}

/*
 * The caller guarantees that no vCPU of @vm runs, now or later. @vm may be
 * NULL.
 */
void kes_vm_destroy(struct kes_vm *vm)
{
	if (!vm)
		return;
	if (kes_final_take(vm)) {
		kes_vm_evict(vm);
		return;
	}
	vm->destroyed_ns = ktime_get_ns();
	kes_drop_vcpus(vm);
	mutex_unlock(&vm->lock);
	mutex_lock(&kes_lock);
	kes_keep(vm);
	kes_reap();
	mutex_unlock(&kes_lock);
}

static void kes_hot_init(struct kes_hot *hot, u32 id)
{
	*hot = (struct kes_hot){ .id = id, .last = KES_NO_SLOT };
	INIT_LIST_HEAD(&hot->node);
}

static void kes_vcpu_link(struct kes_vm *vm, struct kes_hot *hot)
{
	kref_get(&vm->ref);
	hot->vm = vm;
	mutex_lock(&vm->lock);
	list_add_tail(&hot->node, &vm->vcpus);
	mutex_unlock(&vm->lock);
}

int kes_vcpu_create(struct kes_vm *vm, u32 id, struct kes_hot *hot)
{
	int ret;

	kes_hot_init(hot, id);
	kes_vcpu_link(vm, hot);
	ret = kes_memory_fill_vcpu(hot, GFP_KERNEL_ACCOUNT);
	if (ret)
		kes_vcpu_destroy(hot);
	return ret;
}

void kes_vcpu_list(struct kes_hot *hot)
{
	struct kes_vm *vm = hot->vm;

	mutex_lock(&vm->lock);
	hot->listed = true;
	vm->nr_vcpus++;
	mutex_unlock(&vm->lock);
}

/*
 * KVM destroys a vCPU. If its VM was destroyed before, its counters are gone.
 * Otherwise its creation failed at a later step, so it was never listed.
 */
void kes_vcpu_destroy(struct kes_hot *hot)
{
	struct kes_vm *vm = hot->vm;

	if (!vm)
		return;
	mutex_lock(&vm->lock);
	list_del_init(&hot->node);
	mutex_unlock(&vm->lock);
	kes_drop_counters(hot);
	hot->vm = NULL;
	kes_vm_put(vm);
}

/* Once can_l2 is set, counters are installed only with those for L2. */
int kes_vcpu_allow_l2(struct kes_hot *hot)
{
	mutex_lock(&hot->vm->lock);
	hot->can_l2 = true;
	mutex_unlock(&hot->vm->lock);
	return hot->vcpu ? kes_vcpu_enable_l2(hot->vcpu, GFP_KERNEL_ACCOUNT) : 0;
}
EXPORT_SYMBOL_GPL(kes_vcpu_allow_l2);

/*
 * Allocate the counters for @hot, which can be used immediately;
 * kes_vcpu_add() makes them visible. May be called in atomic context,
 * depending on @gfp. @hot must exist until kes_vcpu_destroy().
 */
int kes_vcpu_alloc(u32 id, struct kes_hot *hot, gfp_t gfp)
{
	kes_hot_init(hot, id);
	hot->vcpu = kes_counters_alloc(false, gfp);
	if (!hot->vcpu)
		return -ENOMEM;
	hot->exits = hot->vcpu->l1[KES_EXITS];
	return 0;
}

/* Free a vCPU that was never added. */
void kes_vcpu_free(struct kes_hot *hot)
{
	kes_drop_counters(hot);
}

/*
 * Add a vCPU to its VM. On error (out of memory for a group that is on), the
 * vCPU is added without that group.
 */
int kes_vcpu_add(struct kes_vm *vm, struct kes_hot *hot)
{
	int ret;

	kes_vcpu_link(vm, hot);
	kes_memory_trim_vcpu(hot);
	ret = kes_memory_fill_vcpu(hot, GFP_KERNEL_ACCOUNT);
	kes_vcpu_list(hot);
	return ret;
}

/* The first vendor module determines the type of the exit codes. */
void kes_set_isa(u32 isa)
{
	bool first;

	mutex_lock(&kes_lock);
	first = kes.isa == KES_ISA_NONE;
	if (first)
		kes.isa = isa;
	mutex_unlock(&kes_lock);
	if (first)
		kes_sysfs_add_reasons();
}

/* Return an error if sysfs is not available. Everything else works then. */
int __init kes_init(const struct kes_feed *feed)
{
	int ret;

	kes.feed = feed;
	kes_reap_init();
	kes_slots_init();
	kes_debugfs_init();
	ret = kes_sysfs_init();
	if (ret)
		pr_warn("kvm_exit_stats: cannot create /sys/kernel/kvm_exit_stats: %d\n",
			ret);
	kes_dmesg_init();
	return ret;
}

/* All VMs were destroyed. */
void kes_exit(void)
{
	kes_sysfs_exit();
	kes_dmesg_exit();
	/* Without visitors, kes_reap() is not deferred. */
	mutex_lock(&kes_walk_lock);
	mutex_lock(&kes_lock);
	kes_evict_all();
	kes_reap();
	mutex_unlock(&kes_lock);
	mutex_unlock(&kes_walk_lock);
	kes_reap_flush();
	kes_debugfs_exit();
	/* The last visitor may have queued it again. */
	kes_reap_flush();
}

count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count    | * KVM exit statistics: the life cycle of VMs, vCPUs and the engine.
snapshot | *
snapshot | * A vCPU is on the list of its VM from the moment that it can run, so that
snapshot | * switching a group reaches it, but readers see it only when KVM has accepted
snapshot | * it. When a VM is destroyed, its counts are copied to a compact form, and the
snapshot | * counters are freed.
count    | */
text     |#include <linux/cred.h>
text     |#include <linux/export.h>
count    |#include <linux/init.h>
count    |#include <linux/mm.h>
count    |#include <linux/printk.h>
count    |#include <linux/rculist.h>
count    |#include <linux/slab.h>
snapshot |#include <linux/timekeeping.h>
count    |
snapshot |#include "debugfs.h"
dmesg    |#include "dmesg.h"
count    |#include "engine.h"
count    |#include "final.h"
count    |#include "keep.h"
count    |#include "life.h"
snapshot |#include "memory.h"
count    |#include "sysfs.h"
snapshot |#include "walk.h"
count    |
count    |/* @leader: thread group leader of the process that owns the VM */
count    |struct kes_vm *kes_vm_create(struct task_struct *leader)
count    |{
count    |	struct kes_user *user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);
count    |	struct kes_vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
count    |
count    |	if (!vm || !user) {
count    |		kfree(user);
count    |		kfree(vm);
count    |		return NULL;
count    |	}
count    |	kref_init(&vm->ref);
count    |	mutex_init(&vm->lock);
count    |	INIT_LIST_HEAD(&vm->vcpus);
snapshot |	vm->created_ns = ktime_get_ns();
snapshot |	vm->pid = task_tgid_nr(leader);
snapshot |	get_task_comm(vm->comm, leader);
count    |
count    |	mutex_lock(&kes_lock);
count    |	vm->user = kes_user_get(task_uid(leader), user);
snapshot |	vm->id = ++kes.last_vm_id;
count    |	list_add_tail_rcu(&vm->node, &kes.vms);
count    |	mutex_unlock(&kes_lock);
text     |
text     |	kes_debugfs_add_vm(vm);
count    |	return vm;
count    |}
snapshot |
snapshot |static void kes_free_counters(struct kes_vcpu *vcpu)
snapshot |{
snapshot |	if (!vcpu)
snapshot |		return;
snapshot |	kes_memory_free_vcpu(vcpu);
snapshot |	kvfree(vcpu->base);
snapshot |	kfree(vcpu->l2);
snapshot |	kfree(vcpu);
snapshot |}
snapshot |
snapshot |static void kes_drop_counters(struct kes_hot *hot)
snapshot |{
snapshot |	struct kes_vcpu *vcpu = hot->vcpu;
snapshot |
snapshot |	hot->exits = NULL;
snapshot |	hot->pending = NULL;
snapshot |	hot->last = KES_NO_SLOT;
snapshot |	hot->vcpu = NULL;
snapshot |	kes_free_counters(vcpu);
snapshot |}
snapshot |
snapshot |/* Nobody visits @vm any more. The list keeps its other members. */
snapshot |static void kes_drop_vcpus(struct kes_vm *vm)
snapshot |{
snapshot |	struct kes_hot *hot, *next;
snapshot |
snapshot |	list_for_each_entry_safe(hot, next, &vm->vcpus, node) {
snapshot |		list_del_init(&hot->node);
snapshot |		kes_drop_counters(hot);
snapshot |	}
snapshot |}
snapshot |
snapshot |/* There is no memory to keep the counts. Visitors find them once only. */
snapshot |static void kes_vm_evict(struct kes_vm *vm)
snapshot |{
snapshot |	mutex_lock(&kes_walk_lock);
snapshot |	mutex_lock(&kes_lock);
snapshot |	mutex_lock(&vm->lock);
snapshot |	kes_evict_live(vm);
snapshot |	vm->nr_vcpus = 0;
snapshot |	vm->destroyed_ns = ktime_get_ns();
snapshot |	kes_drop_vcpus(vm);
snapshot |	mutex_unlock(&vm->lock);
snapshot |	mutex_unlock(&kes_lock);
snapshot |	mutex_unlock(&kes_walk_lock);
snapshot |}
snapshot |
text     |/*
text     | * The caller guarantees that no vCPU of @vm runs, now or later. @vm may be
text     | * NULL.
text     | */
snapshot |void kes_vm_destroy(struct kes_vm *vm)
snapshot |{
text     |	if (!vm)
text     |		return;
text     |	if (kes_final_take(vm)) {
text     |		kes_vm_evict(vm);
text     |	} else {
text     |		vm->destroyed_ns = ktime_get_ns();
text     |		kes_drop_vcpus(vm);
text     |		mutex_unlock(&vm->lock);
text     |	}
text     |	mutex_lock(&kes_lock);
text     |	kes_keep(vm);
text     |	kes_reap();
text     |	mutex_unlock(&kes_lock);
text     |}
text     |
text     |static void kes_hot_init(struct kes_hot *hot, u32 id)
text     |{
text     |	*hot = (struct kes_hot){ .id = id, .last = KES_NO_SLOT };
text     |	INIT_LIST_HEAD(&hot->node);
text     |}
text     |
text     |static void kes_vcpu_link(struct kes_vm *vm, struct kes_hot *hot)
text     |{
text     |	kref_get(&vm->ref);
text     |	hot->vm = vm;
text     |	mutex_lock(&vm->lock);
text     |	list_add_tail(&hot->node, &vm->vcpus);
text     |	mutex_unlock(&vm->lock);
text     |}
text     |
text     |int kes_vcpu_create(struct kes_vm *vm, u32 id, struct kes_hot *hot)
text     |{
text     |	int ret;
text     |
text     |	kes_hot_init(hot, id);
text     |	kes_vcpu_link(vm, hot);
text     |	ret = kes_memory_fill_vcpu(hot, GFP_KERNEL_ACCOUNT);
text     |	if (ret)
text     |		kes_vcpu_destroy(hot);
text     |	return ret;
text     |}
text     |
text     |void kes_vcpu_list(struct kes_hot *hot)
text     |{
text     |	struct kes_vm *vm = hot->vm;
text     |
text     |	mutex_lock(&vm->lock);
text     |	hot->listed = true;
text     |	vm->nr_vcpus++;
text     |	mutex_unlock(&vm->lock);
text     |}
text     |
text     |/*
text     | * KVM destroys a vCPU. If its VM was destroyed before, its counters are gone.
text     | * Otherwise its creation failed at a later step, so it was never listed.
text     | */
text     |void kes_vcpu_destroy(struct kes_hot *hot)
text     |{
text     |	struct kes_vm *vm = hot->vm;
text     |
text     |	if (!vm)
text     |		return;
text     |	mutex_lock(&vm->lock);
text     |	list_del_init(&hot->node);
text     |	mutex_unlock(&vm->lock);
text     |	kes_drop_counters(hot);
text     |	hot->vm = NULL;
snapshot |	kes_vm_put(vm);
snapshot |}
count    |
count    |/* Once can_l2 is set, counters are installed only with those for L2. */
count    |int kes_vcpu_allow_l2(struct kes_hot *hot)
count    |{
count    |	mutex_lock(&hot->vm->lock);
nested   |	hot->can_l2 = true;
count    |	mutex_unlock(&hot->vm->lock);
nested   |	return hot->vcpu ? kes_vcpu_enable_l2(hot->vcpu, GFP_KERNEL_ACCOUNT) : 0;
count-snapshot|	list_del(&vm->node);
count-snapshot|	kes_vm_put(vm);
count    |}
count    |EXPORT_SYMBOL_GPL(kes_vcpu_allow_l2);
count    |
count    |/*
count    | * Allocate the counters for @hot, which can be used immediately;
count    | * kes_vcpu_add() makes them visible. May be called in atomic context,
count    | * depending on @gfp. @hot must exist until kes_vcpu_destroy().
count    | */
count    |int kes_vcpu_alloc(u32 id, struct kes_hot *hot, gfp_t gfp)
count    |{
text     |	kes_hot_init(hot, id);
text     |	hot->vcpu = kes_counters_alloc(false, gfp);
count    |	if (!hot->vcpu)
count    |		return -ENOMEM;
count    |	hot->exits = hot->vcpu->l1[KES_EXITS];
count    |	return 0;
count    |}
count    |
count    |/* Free a vCPU that was never added. */
count    |void kes_vcpu_free(struct kes_hot *hot)
count    |{
snapshot |	kes_drop_counters(hot);
count    |}
count    |
count    |/*
count    | * Add a vCPU to its VM. On error (out of memory for a group that is on), the
count    | * vCPU is added without that group.
count    | */
count    |int kes_vcpu_add(struct kes_vm *vm, struct kes_hot *hot)
count    |{
count    |	int ret;
count    |
text     |	kes_vcpu_link(vm, hot);
count    |	kes_memory_trim_vcpu(hot);
count    |	ret = kes_memory_fill_vcpu(hot, GFP_KERNEL_ACCOUNT);
text     |	kes_vcpu_list(hot);
count    |	return ret;
count-snapshot|	list_del(&vcpu->node);
count-snapshot|	vm->nr_vcpus--;
snapshot-text|	if (never_ran)
count-snapshot|	kes_free_vcpu(vcpu);
count    |}
count    |
count    |/* The first vendor module determines the type of the exit codes. */
count    |void kes_set_isa(u32 isa)
count    |{
values   |	bool first;
values   |
count    |	mutex_lock(&kes_lock);
values   |	first = kes.isa == KES_ISA_NONE;
count-values|	if (kes.isa == KES_ISA_NONE)
values   |	if (first)
count    |		kes.isa = isa;
count    |	mutex_unlock(&kes_lock);
values   |	if (first)
values   |		kes_sysfs_add_reasons();
count    |}
count    |
count    |/* Return an error if sysfs is not available. Everything else works then. */
count    |int __init kes_init(const struct kes_feed *feed)
count    |{
count    |	int ret;
count    |
count    |	kes.feed = feed;
count    |	kes_slots_init();
snapshot |	kes_debugfs_init();
count    |	ret = kes_sysfs_init();
count    |	if (ret)
count    |		pr_warn("kvm_exit_stats: cannot create /sys/kernel/kvm_exit_stats: %d\n",
count    |			ret);
dmesg    |	kes_dmesg_init();
count    |	return ret;
count    |}
count    |
count    |/* All VMs were destroyed. */
count    |void kes_exit(void)
count    |{
count    |	kes_sysfs_exit();
dmesg    |	kes_dmesg_exit();
snapshot |	mutex_lock(&kes_lock);
snapshot |	kes_evict_all();
snapshot |	kes_reap();
snapshot |	mutex_unlock(&kes_lock);
snapshot |	kes_reap_flush();
snapshot |	kes_debugfs_exit();
count    |}

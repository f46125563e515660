count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count    | * KVM exit statistics: the life cycle of VMs, vCPUs and the engine.
count    | *
count    | * A vCPU is on the list of its VM from the moment that it can run, so that
count    | * switching a group reaches it, but readers see it only when KVM has accepted
count    | * it. When a VM is destroyed, its counts are copied to a compact form, and the
count    | * counters are freed.
count    | */
snapshot |#include <linux/cred.h>
count    |#include <linux/export.h>
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
snapshot |#include "final.h"
snapshot |#include "keep.h"
count    |#include "life.h"
count    |#include "memory.h"
count    |#include "sysfs.h"
count    |#include "reap.h"
count    |
count    |/* @leader: thread group leader of the process that owns the VM */
count    |struct kes_vm *kes_vm_create(struct task_struct *leader)
count    |{
snapshot |	struct kes_user *user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);
count    |	struct kes_vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
count    |
count-snapshot|	if (!vm)
count-snapshot|		return NULL;
snapshot |	if (!vm || !user) {
snapshot |		kfree(user);
snapshot |		kfree(vm);
snapshot |		return NULL;
snapshot |	}
count    |	kref_init(&vm->ref);
count    |	mutex_init(&vm->lock);
count    |	INIT_LIST_HEAD(&vm->vcpus);
snapshot |	vm->created_ns = ktime_get_ns();
snapshot |	vm->pid = task_tgid_nr(leader);
snapshot |	get_task_comm(vm->comm, leader);
count    |
count    |	mutex_lock(&kes_lock);
snapshot |	vm->user = kes_user_get(task_uid(leader), user);
snapshot |	vm->id = ++kes.last_vm_id;
count    |	list_add_tail_rcu(&vm->node, &kes.vms);
count    |	mutex_unlock(&kes_lock);
text     |
text     |	kes_debugfs_add_vm(vm);
count    |	return vm;
count    |}
count    |
count    |static void kes_free_counters(struct kes_vcpu *vcpu)
count    |{
count    |	if (!vcpu)
count    |		return;
count    |	kes_memory_free_vcpu(vcpu);
reset    |	kvfree(vcpu->base);
nested   |	kfree(vcpu->l2);
count    |	kfree(vcpu);
count    |}
count    |
count    |static void kes_drop_counters(struct kes_hot *hot)
count    |{
count    |	struct kes_vcpu *vcpu = hot->vcpu;
count    |
count    |	hot->exits = NULL;
nested   |	hot->pending = NULL;
disposition|	hot->last = KES_NO_SLOT;
count    |	hot->vcpu = NULL;
count    |	kes_free_counters(vcpu);
count    |}
count    |
count    |/* Nobody visits @vm any more. The list keeps its other members. */
count    |static void kes_drop_vcpus(struct kes_vm *vm)
count    |{
count    |	struct kes_hot *hot, *next;
count    |
count    |	list_for_each_entry_safe(hot, next, &vm->vcpus, node) {
count    |		list_del_init(&hot->node);
count    |		kes_drop_counters(hot);
count    |	}
count    |}
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
snapshot |	WRITE_ONCE(vm->gone, true);
snapshot |	kes_drop_vcpus(vm);
snapshot |	mutex_unlock(&vm->lock);
snapshot |	kes_reap();
snapshot |	mutex_unlock(&kes_lock);
snapshot |	mutex_unlock(&kes_walk_lock);
snapshot |}
count    |
count    |/*
count    | * The caller guarantees that no vCPU of @vm runs, now or later. @vm may be
count    | * NULL.
count    | */
count    |void kes_vm_destroy(struct kes_vm *vm)
count    |{
count    |	if (!vm)
count    |		return;
count-snapshot|	mutex_lock(&vm->lock);
count-snapshot|	kes_drop_vcpus(vm);
count-snapshot|	mutex_unlock(&vm->lock);
snapshot |	if (kes_final_take(vm)) {
snapshot |		kes_vm_evict(vm);
snapshot |		return;
snapshot |	}
snapshot |	vm->destroyed_ns = ktime_get_ns();
snapshot |	kes_drop_vcpus(vm);
snapshot |	mutex_unlock(&vm->lock);
count    |	mutex_lock(&kes_lock);
count-snapshot|	WRITE_ONCE(vm->gone, true);
snapshot |	kes_keep(vm);
count    |	kes_reap();
count    |	mutex_unlock(&kes_lock);
count    |}
count    |
count    |static void kes_hot_init(struct kes_hot *hot, u32 id)
count    |{
count-disposition|	*hot = (struct kes_hot){ .id = id };
disposition|	*hot = (struct kes_hot){ .id = id, .last = KES_NO_SLOT };
count    |	INIT_LIST_HEAD(&hot->node);
count    |}
count    |
count    |static void kes_vcpu_link(struct kes_vm *vm, struct kes_hot *hot)
count    |{
count    |	kref_get(&vm->ref);
count    |	hot->vm = vm;
count    |	mutex_lock(&vm->lock);
count    |	list_add_tail(&hot->node, &vm->vcpus);
count    |	mutex_unlock(&vm->lock);
count    |}
count    |
count    |int kes_vcpu_create(struct kes_vm *vm, u32 id, struct kes_hot *hot)
count    |{
count    |	int ret;
count    |
count    |	kes_hot_init(hot, id);
count    |	kes_vcpu_link(vm, hot);
count    |	ret = kes_memory_fill_vcpu(hot, GFP_KERNEL_ACCOUNT);
count    |	if (ret)
count    |		kes_vcpu_destroy(hot);
count    |	return ret;
count    |}
count    |
count    |void kes_vcpu_list(struct kes_hot *hot)
count    |{
count    |	struct kes_vm *vm = hot->vm;
count    |
count    |	mutex_lock(&vm->lock);
count    |	hot->listed = true;
count    |	vm->nr_vcpus++;
count    |	mutex_unlock(&vm->lock);
count    |}
count    |
count    |/*
count    | * KVM destroys a vCPU. If its VM was destroyed before, its counters are gone.
count    | * Otherwise its creation failed at a later step, so it was never listed.
count    | */
count    |void kes_vcpu_destroy(struct kes_hot *hot)
count    |{
count    |	struct kes_vm *vm = hot->vm;
count    |
count    |	if (!vm)
count    |		return;
count    |	mutex_lock(&vm->lock);
count    |	list_del_init(&hot->node);
count    |	mutex_unlock(&vm->lock);
count    |	kes_drop_counters(hot);
count    |	hot->vm = NULL;
count    |	kes_vm_put(vm);
count    |}
nested   |
nested   |/* Once can_l2 is set, counters are installed only with those for L2. */
nested   |int kes_vcpu_allow_l2(struct kes_hot *hot)
nested   |{
nested   |	mutex_lock(&hot->vm->lock);
nested   |	hot->can_l2 = true;
nested   |	mutex_unlock(&hot->vm->lock);
nested   |	return hot->vcpu ? kes_vcpu_enable_l2(hot->vcpu, GFP_KERNEL_ACCOUNT) : 0;
nested   |}
nested   |EXPORT_SYMBOL_GPL(kes_vcpu_allow_l2);
count    |
count    |/*
count    | * Allocate the counters for @hot, which can be used immediately;
count    | * kes_vcpu_add() makes them visible. May be called in atomic context,
count    | * depending on @gfp. @hot must exist until kes_vcpu_destroy().
count    | */
count    |int kes_vcpu_alloc(u32 id, struct kes_hot *hot, gfp_t gfp)
count    |{
count    |	kes_hot_init(hot, id);
count    |	hot->vcpu = kes_counters_alloc(false, gfp);
count    |	if (!hot->vcpu)
count    |		return -ENOMEM;
count    |	hot->exits = hot->vcpu->l1[KES_EXITS];
count    |	return 0;
count    |}
count    |
count    |/* Free a vCPU that was never added. */
count    |void kes_vcpu_free(struct kes_hot *hot)
count    |{
count    |	kes_drop_counters(hot);
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
count    |	kes_vcpu_link(vm, hot);
count    |	kes_memory_trim_vcpu(hot);
count    |	ret = kes_memory_fill_vcpu(hot, GFP_KERNEL_ACCOUNT);
count    |	kes_vcpu_list(hot);
count    |	return ret;
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
count    |	kes_reap_init();
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
dmesg    |	/* Without visitors, kes_reap() is not deferred. */
dmesg    |	mutex_lock(&kes_walk_lock);
count    |	mutex_lock(&kes_lock);
snapshot |	kes_evict_all();
count    |	kes_reap();
count    |	mutex_unlock(&kes_lock);
count    |	mutex_unlock(&kes_walk_lock);
count    |	kes_reap_flush();
snapshot |	kes_debugfs_exit();
snapshot |	/* The last visitor may have queued it again. */
snapshot |	kes_reap_flush();
count    |}

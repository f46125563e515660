count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count    | * KVM exit statistics: the life cycle of VMs, vCPUs and the engine.
snapshot | *
snapshot | * A destroyed VM stays on the list until KES_MAX_DESTROYED more VMs have been
snapshot | * destroyed. It is then evicted: its counts are added to a sum, so that totals
snapshot | * never decrease. Its memory is freed when KVM has destroyed its vCPUs as
snapshot | * well.
count    | */
text     |#include <linux/debugfs.h>
count    |#include <linux/init.h>
count    |#include <linux/mm.h>
count    |#include <linux/printk.h>
count    |#include <linux/slab.h>
snapshot |#include <linux/timekeeping.h>
count    |
snapshot |#include "debugfs.h"
dmesg    |#include "dmesg.h"
count    |#include "engine.h"
count    |#include "groups.h"
count    |#include "life.h"
snapshot |#include "sums.h"
count    |#include "sysfs.h"
snapshot |
snapshot |/* Number of destroyed VMs that stay readable */
snapshot |#define KES_MAX_DESTROYED	64
count    |
count    |static void kes_free_vcpu(struct kes_vcpu *vcpu)
count    |{
count    |	kes_groups_free_vcpu(vcpu);
reset    |	kvfree(vcpu->base);
nested   |	kfree(vcpu->l2);
count    |	kfree(vcpu);
count    |}
count    |
count    |static void kes_free_vm(struct kref *ref)
count    |{
count    |	struct kes_vm *vm = container_of(ref, struct kes_vm, ref);
count    |	struct kes_vcpu *vcpu, *next;
count    |
count    |	list_for_each_entry_safe(vcpu, next, &vm->vcpus, node)
count    |		kes_free_vcpu(vcpu);
count    |	kfree(vm);
count    |}
count    |
count    |static void kes_vm_put(struct kes_vm *vm)
count    |{
count    |	kref_put(&vm->ref, kes_free_vm);
count    |}
count    |
count    |/* @leader: thread group leader of the process that owns the VM */
count    |struct kes_vm *kes_vm_create(struct task_struct *leader)
count    |{
count    |	struct kes_vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
count    |
count    |	if (!vm)
count    |		return NULL;
count    |	kref_init(&vm->ref);
count    |	INIT_LIST_HEAD(&vm->vcpus);
snapshot |	vm->created_ns = ktime_get_ns();
snapshot |	vm->pid = task_tgid_nr(leader);
snapshot |	get_task_comm(vm->comm, leader);
count    |
count    |	mutex_lock(&kes_lock);
snapshot |	vm->id = ++kes.last_vm_id;
count    |	list_add_tail(&vm->node, &kes.vms);
count    |	mutex_unlock(&kes_lock);
text     |
text     |	kes_debugfs_add_vm(vm);
count    |	return vm;
count    |}
snapshot |
snapshot |/*
snapshot | * Evict the VM that was destroyed first, if there are more than @keep
snapshot | * destroyed VMs. Return it for kes_forget(), or NULL.
snapshot | */
snapshot |static struct kes_vm *kes_evict_oldest(unsigned int keep)
snapshot |{
snapshot |	struct kes_vm *vm, *oldest = NULL;
snapshot |
snapshot |	if (kes.nr_destroyed <= keep)
snapshot |		return NULL;
snapshot |	list_for_each_entry(vm, &kes.vms, node) {
snapshot |		if (vm->destroyed_ns &&
snapshot |		    (!oldest || vm->destroyed_ns < oldest->destroyed_ns))
snapshot |			oldest = vm;
snapshot |	}
snapshot |	if (oldest) {
snapshot |		kes_evict(oldest);
snapshot |		list_del(&oldest->node);
snapshot |		kes.nr_destroyed--;
snapshot |	}
snapshot |	return oldest;
snapshot |}
snapshot |
text     |/*
text     | * Must not hold kes_lock: removing files waits for their readers, which take
text     | * it.
text     | */
snapshot |static void kes_forget(struct kes_vm *vm)
snapshot |{
text     |	debugfs_remove(vm->dir);
snapshot |	kes_vm_put(vm);
snapshot |}
count    |
count    |/* The caller guarantees that no vCPU of @vm runs. @vm may be NULL. */
count    |void kes_vm_destroy(struct kes_vm *vm)
count    |{
snapshot |	struct kes_vm *gone;
snapshot |
count    |	if (!vm)
count    |		return;
count    |
count    |	mutex_lock(&kes_lock);
snapshot |	if (vm->nr_vcpus) {
snapshot |		vm->destroyed_ns = ktime_get_ns();
snapshot |		kes.nr_destroyed++;
snapshot |		gone = kes_evict_oldest(KES_MAX_DESTROYED);
snapshot |	} else {
snapshot |		/* It never ran: do not evict another VM for it. */
snapshot |		list_del(&vm->node);
snapshot |		gone = vm;
snapshot |	}
count-snapshot|	list_del(&vm->node);
count    |	mutex_unlock(&kes_lock);
count-snapshot|	kes_vm_put(vm);
snapshot |
snapshot |	if (gone)
snapshot |		kes_forget(gone);
count    |}
count    |
count    |/*
count    | * Allocate the counters for @hot, which can be used immediately;
count    | * kes_vcpu_add() makes them visible. May be called in atomic context,
count    | * depending on @gfp. @hot must exist until kes_vcpu_destroy(); the counters
count    | * live longer.
count    | */
count    |int kes_vcpu_alloc(u32 id, struct kes_hot *hot, gfp_t gfp)
count    |{
count    |	struct kes_vcpu *vcpu = kzalloc(sizeof(*vcpu), gfp);
count    |
count    |	if (!vcpu)
count    |		return -ENOMEM;
count    |	vcpu->hot = hot;
count    |	vcpu->id = id;
count    |	*hot = (struct kes_hot){
count    |		.exits = vcpu->l1[KES_EXITS],
disposition|		.last = KES_NO_SLOT,
count    |		.vcpu = vcpu,
count    |	};
count    |
count    |	return 0;
count    |}
count    |
count    |/* Free a vCPU that was never added. */
count    |void kes_vcpu_free(struct kes_hot *hot)
count    |{
count    |	kes_free_vcpu(hot->vcpu);
count    |}
count    |
count    |/*
count    | * Add a vCPU to its VM. On error (out of memory for a group that is on), the
count    | * vCPU is added without that group.
count    | */
count    |int kes_vcpu_add(struct kes_vm *vm, struct kes_hot *hot)
count    |{
count    |	struct kes_vcpu *vcpu = hot->vcpu;
count    |	int ret;
count    |
count    |	kref_get(&vm->ref);
count    |	vcpu->vm = vm;
count    |	mutex_lock(&kes_lock);
count    |	kes_groups_trim_vcpu(vcpu);
count    |	ret = kes_groups_alloc_vcpu(vcpu, GFP_KERNEL_ACCOUNT);
count    |	list_add_tail(&vcpu->node, &vm->vcpus);
count    |	vm->nr_vcpus++;
count    |	mutex_unlock(&kes_lock);
text     |
text     |	kes_debugfs_add_vcpu(vcpu);
count    |	return ret;
count    |}
count    |
count    |int kes_vcpu_create(struct kes_vm *vm, u32 id, struct kes_hot *hot)
count    |{
count    |	int ret = kes_vcpu_alloc(id, hot, GFP_KERNEL_ACCOUNT);
count    |
count    |	if (ret)
count    |		return ret;
count    |	ret = kes_vcpu_add(vm, hot);
count    |	if (ret)
count    |		kes_vcpu_destroy(hot);
count    |	return ret;
count    |}
count    |
snapshot |/*
snapshot | * KVM destroys a vCPU. If its VM was destroyed before, the counters stay.
snapshot | * Otherwise the vCPU never ran, because its creation failed at a later step.
snapshot | */
count    |void kes_vcpu_destroy(struct kes_hot *hot)
count    |{
count    |	struct kes_vcpu *vcpu = hot->vcpu;
count    |	struct kes_vm *vm;
snapshot |	bool never_ran;
count    |
count    |	if (!vcpu)
count    |		return;
count    |
count    |	vm = vcpu->vm;
count    |	mutex_lock(&kes_lock);
disposition|	vcpu->entries.attempts = hot->attempts;
count    |	vcpu->hot = NULL;
count    |	hot->vcpu = NULL;
snapshot |	never_ran = !vm->destroyed_ns;
snapshot |	if (never_ran) {
snapshot |		list_del(&vcpu->node);
snapshot |		vm->nr_vcpus--;
snapshot |	}
count-snapshot|	list_del(&vcpu->node);
count-snapshot|	vm->nr_vcpus--;
count    |	mutex_unlock(&kes_lock);
count    |
snapshot-text|	if (never_ran)
text     |	if (never_ran) {
text     |		debugfs_remove(vcpu->dentry);
snapshot |		kes_free_vcpu(vcpu);
text     |	}
count-snapshot|	kes_free_vcpu(vcpu);
count    |	kes_vm_put(vm);
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
count    |void kes_exit(void)
count    |{
snapshot |	struct kes_vm *vm;
snapshot |
count    |	kes_sysfs_exit();
dmesg    |	kes_dmesg_exit();
snapshot |	for (;;) {
snapshot |		mutex_lock(&kes_lock);
snapshot |		vm = kes_evict_oldest(0);
snapshot |		mutex_unlock(&kes_lock);
snapshot |		if (!vm)
snapshot |			break;
snapshot |		kes_forget(vm);
snapshot |	}
snapshot |	kes_debugfs_exit();
count    |}

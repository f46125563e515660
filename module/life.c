// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the life cycle of VMs, vCPUs and the engine.
 *
 * A destroyed VM stays on the list until KES_MAX_DESTROYED more VMs have been
 * destroyed. It is then evicted: its counts are added to a sum, so that totals
 * never decrease. Its memory is freed when KVM has destroyed its vCPUs as
 * well.
 */
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "debugfs.h"
#include "dmesg.h"
#include "engine.h"
#include "groups.h"
#include "life.h"
#include "sums.h"
#include "sysfs.h"

/* Number of destroyed VMs that stay readable */
#define KES_MAX_DESTROYED	64

static void kes_free_vcpu(struct kes_vcpu *vcpu)
{
	kes_groups_free_vcpu(vcpu);
	kvfree(vcpu->base);
	kfree(vcpu->l2);
	kfree(vcpu);
}

static void kes_free_vm(struct kref *ref)
{
	struct kes_vm *vm = container_of(ref, struct kes_vm, ref);
	struct kes_vcpu *vcpu, *next;

	list_for_each_entry_safe(vcpu, next, &vm->vcpus, node)
		kes_free_vcpu(vcpu);
	kfree(vm);
}

static void kes_vm_put(struct kes_vm *vm)
{
	kref_put(&vm->ref, kes_free_vm);
}

/* @leader: thread group leader of the process that owns the VM */
struct kes_vm *kes_vm_create(struct task_struct *leader)
{
	struct kes_vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);

	if (!vm)
		return NULL;
	kref_init(&vm->ref);
	INIT_LIST_HEAD(&vm->vcpus);
	vm->created_ns = ktime_get_ns();
	vm->pid = task_tgid_nr(leader);
	get_task_comm(vm->comm, leader);

	mutex_lock(&kes_lock);
	vm->id = ++kes.last_vm_id;
	list_add_tail(&vm->node, &kes.vms);
	mutex_unlock(&kes_lock);

	kes_debugfs_add_vm(vm);
	return vm;
}

/*
 * Evict the VM that was destroyed first, if there are more than @keep
 * destroyed VMs. Return it for kes_forget(), or NULL.
 */
static struct kes_vm *kes_evict_oldest(unsigned int keep)
{
	struct kes_vm *vm, *oldest = NULL;

	if (kes.nr_destroyed <= keep)
		return NULL;
	list_for_each_entry(vm, &kes.vms, node) {
		if (vm->destroyed_ns &&
		    (!oldest || vm->destroyed_ns < oldest->destroyed_ns))
			oldest = vm;
	}
	if (oldest) {
		kes_evict(oldest);
		list_del(&oldest->node);
		kes.nr_destroyed--;
	}
	return oldest;
}

/*
 * Must not hold kes_lock: removing files waits for their readers, which take
 * it.
 */
static void kes_forget(struct kes_vm *vm)
{
	debugfs_remove(vm->dir);
	kes_vm_put(vm);
}

/* The caller guarantees that no vCPU of @vm runs. @vm may be NULL. */
void kes_vm_destroy(struct kes_vm *vm)
{
	struct kes_vm *gone;

	if (!vm)
		return;

	mutex_lock(&kes_lock);
	if (vm->nr_vcpus) {
		vm->destroyed_ns = ktime_get_ns();
		kes.nr_destroyed++;
		gone = kes_evict_oldest(KES_MAX_DESTROYED);
	} else {
		/* It never ran: do not evict another VM for it. */
		list_del(&vm->node);
		gone = vm;
	}
	mutex_unlock(&kes_lock);

	if (gone)
		kes_forget(gone);
}

/*
 * Allocate the counters for @hot, which can be used immediately;
 * kes_vcpu_add() makes them visible. May be called in atomic context,
 * depending on @gfp. @hot must exist until kes_vcpu_destroy(); the counters
 * live longer.
 */
int kes_vcpu_alloc(u32 id, struct kes_hot *hot, gfp_t gfp)
{
	struct kes_vcpu *vcpu = kzalloc(sizeof(*vcpu), gfp);

	if (!vcpu)
		return -ENOMEM;
	vcpu->hot = hot;
	vcpu->id = id;
	*hot = (struct kes_hot){
		.exits = vcpu->l1[KES_EXITS],
		.last = KES_NO_SLOT,
		.vcpu = vcpu,
	};

	return 0;
}

/* Free a vCPU that was never added. */
void kes_vcpu_free(struct kes_hot *hot)
{
	kes_free_vcpu(hot->vcpu);
}

/*
 * Add a vCPU to its VM. On error (out of memory for a group that is on), the
 * vCPU is added without that group.
 */
int kes_vcpu_add(struct kes_vm *vm, struct kes_hot *hot)
{
	struct kes_vcpu *vcpu = hot->vcpu;
	int ret;

	kref_get(&vm->ref);
	vcpu->vm = vm;
	mutex_lock(&kes_lock);
	kes_groups_trim_vcpu(vcpu);
	ret = kes_groups_alloc_vcpu(vcpu, GFP_KERNEL_ACCOUNT);
	list_add_tail(&vcpu->node, &vm->vcpus);
	vm->nr_vcpus++;
	mutex_unlock(&kes_lock);

	kes_debugfs_add_vcpu(vcpu);
	return ret;
}

int kes_vcpu_create(struct kes_vm *vm, u32 id, struct kes_hot *hot)
{
	int ret = kes_vcpu_alloc(id, hot, GFP_KERNEL_ACCOUNT);

	if (ret)
		return ret;
	ret = kes_vcpu_add(vm, hot);
	if (ret)
		kes_vcpu_destroy(hot);
	return ret;
}

/*
 * KVM destroys a vCPU. If its VM was destroyed before, the counters stay.
 * Otherwise the vCPU never ran, because its creation failed at a later step.
 */
void kes_vcpu_destroy(struct kes_hot *hot)
{
	struct kes_vcpu *vcpu = hot->vcpu;
	struct kes_vm *vm;
	bool never_ran;

	if (!vcpu)
		return;

	vm = vcpu->vm;
	mutex_lock(&kes_lock);
	vcpu->entries.attempts = hot->attempts;
	vcpu->hot = NULL;
	hot->vcpu = NULL;
	never_ran = !vm->destroyed_ns;
	if (never_ran) {
		list_del(&vcpu->node);
		vm->nr_vcpus--;
	}
	mutex_unlock(&kes_lock);

	if (never_ran) {
		debugfs_remove(vcpu->dentry);
		kes_free_vcpu(vcpu);
	}
	kes_vm_put(vm);
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
	kes_slots_init();
	kes_debugfs_init();
	ret = kes_sysfs_init();
	if (ret)
		pr_warn("kvm_exit_stats: cannot create /sys/kernel/kvm_exit_stats: %d\n",
			ret);
	kes_dmesg_init();
	return ret;
}

void kes_exit(void)
{
	struct kes_vm *vm;

	kes_sysfs_exit();
	kes_dmesg_exit();
	for (;;) {
		mutex_lock(&kes_lock);
		vm = kes_evict_oldest(0);
		mutex_unlock(&kes_lock);
		if (!vm)
			break;
		kes_forget(vm);
	}
	kes_debugfs_exit();
}

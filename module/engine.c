// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: VMs, vCPUs, sums, switch and reset.
 *
 * A reset must not write to counters that another CPU increments, so it
 * copies them to a baseline, which readers of "since the last reset" subtract.
 * The counters themselves only grow.
 *
 * A destroyed VM stays on the list until KES_DEAD_VMS younger ones have died;
 * then its counts go into the retired sums, so that totals never go backwards.
 */
#include <linux/debugfs.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "count.h"

struct kes_state kes = {
	.vms = LIST_HEAD_INIT(kes.vms),
};

/* Guards everything in kes, the lists and the baselines. */
DEFINE_MUTEX(kes_lock);

DEFINE_STATIC_KEY_FALSE(kes_count_key);
EXPORT_SYMBOL_GPL(kes_count_key);

static void kes_add(struct kes_counts *sum, const struct kes_counts *counts)
{
	unsigned int context, slot;

	for (context = 0; context < KES_NR_CONTEXTS; context++)
		for (slot = 0; slot < KES_NR_SLOTS; slot++)
			sum->n[context][slot] +=
				READ_ONCE(counts->n[context][slot]);
	if (READ_ONCE(counts->unknown_last))
		sum->unknown_last = READ_ONCE(counts->unknown_last);
}

static void kes_subtract(struct kes_counts *sum, const struct kes_counts *base)
{
	unsigned int context, slot;

	for (context = 0; context < KES_NR_CONTEXTS; context++)
		for (slot = 0; slot < KES_NR_SLOTS; slot++)
			sum->n[context][slot] -= base->n[context][slot];
}

static void kes_copy(struct kes_counts *to, const struct kes_counts *from)
{
	memset(to, 0, sizeof(*to));
	kes_add(to, from);
}

/* Add what @vcpu counted since the last reset. */
void kes_add_vcpu(struct kes_counts *sum, const struct kes_vcpu *vcpu)
{
	lockdep_assert_held(&kes_lock);
	kes_add(sum, &vcpu->counts);
	if (vcpu->base)
		kes_subtract(sum, vcpu->base);
}

void kes_add_vm(struct kes_counts *sum, const struct kes_vm *vm)
{
	const struct kes_vcpu *vcpu;

	list_for_each_entry(vcpu, &vm->vcpus, node)
		kes_add_vcpu(sum, vcpu);
}

void kes_add_all(struct kes_counts *sum)
{
	const struct kes_vm *vm;

	lockdep_assert_held(&kes_lock);
	kes_add(sum, &kes.retired);
	kes_subtract(sum, &kes.retired_base);
	list_for_each_entry(vm, &kes.vms, node)
		kes_add_vm(sum, vm);
}

u64 kes_slot_total(const struct kes_counts *counts, unsigned int slot)
{
	return counts->n[KES_L1][slot] + counts->n[KES_L2][slot];
}

u64 kes_total(const struct kes_counts *counts)
{
	unsigned int slot;
	u64 total = 0;

	for (slot = 0; slot < KES_NR_SLOTS; slot++)
		total += kes_slot_total(counts, slot);
	return total;
}

static void kes_free_vcpu(struct kref *ref)
{
	struct kes_vcpu *vcpu = container_of(ref, struct kes_vcpu, ref);

	kfree(vcpu->base);
	kfree(vcpu);
}

static void kes_free_vm(struct kref *ref)
{
	struct kes_vm *vm = container_of(ref, struct kes_vm, ref);
	struct kes_vcpu *vcpu, *next;

	list_for_each_entry_safe(vcpu, next, &vm->vcpus, node)
		kref_put(&vcpu->ref, kes_free_vcpu);
	kfree(vm);
}

void kes_vm_put(struct kes_vm *vm)
{
	kref_put(&vm->ref, kes_free_vm);
}

/* For an open file: the vCPU, and the VM that its text names. */
void kes_vcpu_get(struct kes_vcpu *vcpu)
{
	kref_get(&vcpu->vm->ref);
	kref_get(&vcpu->ref);
}

void kes_vcpu_put(struct kes_vcpu *vcpu)
{
	struct kes_vm *vm = vcpu->vm;

	kref_put(&vcpu->ref, kes_free_vcpu);
	kes_vm_put(vm);
}

struct kes_vm *kes_vm_create(void)
{
	struct kes_vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);

	if (!vm)
		return NULL;
	kref_init(&vm->ref);
	INIT_LIST_HEAD(&vm->vcpus);
	vm->created_ns = ktime_get_ns();
	vm->pid = task_tgid_nr(current);
	get_task_comm(vm->comm, current->group_leader);

	mutex_lock(&kes_lock);
	vm->id = ++kes.last_vm_id;
	list_add_tail(&vm->node, &kes.vms);
	mutex_unlock(&kes_lock);

	kes_debugfs_add_vm(vm);
	return vm;
}

/* Keep the counts of a dead VM that gives way to a younger one. */
static void kes_retire(struct kes_vm *vm)
{
	struct kes_vcpu *vcpu;

	list_for_each_entry(vcpu, &vm->vcpus, node) {
		kes_add(&kes.retired, &vcpu->counts);
		if (vcpu->base)
			kes_add(&kes.retired_base, vcpu->base);
	}
	list_del(&vm->node);
	kes.nr_dead--;
}

/* The dead VM that died first, if there are more than the ring takes. */
static struct kes_vm *kes_pop_dead(unsigned int keep)
{
	struct kes_vm *vm, *oldest = NULL;

	if (kes.nr_dead <= keep)
		return NULL;
	list_for_each_entry(vm, &kes.vms, node) {
		if (vm->died_ns && (!oldest || vm->died_ns < oldest->died_ns))
			oldest = vm;
	}
	if (oldest)
		kes_retire(oldest);
	return oldest;
}

/* Not under kes_lock: removing files waits for their readers, who take it. */
static void kes_forget(struct kes_vm *vm)
{
	debugfs_remove(vm->dir);
	kes_vm_put(vm);
}

/* The caller guarantees that no vCPU of @vm runs any more. NULL is fine. */
void kes_vm_destroy(struct kes_vm *vm)
{
	struct kes_vm *gone;

	if (!vm)
		return;

	mutex_lock(&kes_lock);
	if (vm->nr_vcpus) {
		vm->died_ns = ktime_get_ns();
		kes.nr_dead++;
		gone = kes_pop_dead(KES_DEAD_VMS);
	} else {
		/* It never ran: it would only push a real one out. */
		list_del(&vm->node);
		gone = vm;
	}
	mutex_unlock(&kes_lock);

	if (gone)
		kes_forget(gone);
}

struct kes_vcpu *kes_vcpu_create(struct kes_vm *vm, u32 id)
{
	struct kes_vcpu *vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL_ACCOUNT);

	if (!vcpu)
		return NULL;
	kref_init(&vcpu->ref);
	vcpu->vm = vm;
	vcpu->id = id;

	mutex_lock(&kes_lock);
	list_add_tail(&vcpu->node, &vm->vcpus);
	vm->nr_vcpus++;
	mutex_unlock(&kes_lock);

	kes_debugfs_add_vcpu(vcpu);
	return vcpu;
}

/* For a vCPU that never ran, because the rest of its creation failed. */
void kes_vcpu_destroy(struct kes_vcpu *vcpu)
{
	if (!vcpu)
		return;

	mutex_lock(&kes_lock);
	list_del(&vcpu->node);
	vcpu->vm->nr_vcpus--;
	mutex_unlock(&kes_lock);

	debugfs_remove(vcpu->dentry);
	kref_put(&vcpu->ref, kes_free_vcpu);
}

/* All or nothing: a reset of some vCPUs only would be worse than none. */
static int kes_alloc_baselines(void)
{
	struct kes_vcpu *vcpu;
	struct kes_vm *vm;

	list_for_each_entry(vm, &kes.vms, node) {
		list_for_each_entry(vcpu, &vm->vcpus, node) {
			if (vcpu->base)
				continue;
			vcpu->base = kzalloc(sizeof(*vcpu->base), GFP_KERNEL);
			if (!vcpu->base)
				return -ENOMEM;
		}
	}
	return 0;
}

static void kes_take_baselines(void)
{
	struct kes_vcpu *vcpu;
	struct kes_vm *vm;

	list_for_each_entry(vm, &kes.vms, node)
		list_for_each_entry(vcpu, &vm->vcpus, node)
			kes_copy(vcpu->base, &vcpu->counts);
	kes_copy(&kes.retired_base, &kes.retired);
	kes.generation++;
	kes.reset_ns = ktime_get_ns();
}

int kes_reset(void)
{
	int ret;

	mutex_lock(&kes_lock);
	ret = kes_alloc_baselines();
	if (!ret)
		kes_take_baselines();
	mutex_unlock(&kes_lock);
	return ret;
}

int kes_switch_count(bool on)
{
	mutex_lock(&kes_lock);
	if (on)
		static_branch_enable(&kes_count_key);
	else
		static_branch_disable(&kes_count_key);
	mutex_unlock(&kes_lock);
	return 0;
}

bool kes_count_is_on(void)
{
	return static_key_enabled(&kes_count_key);
}

/* Which codes the counters hold is known once a vendor module is there. */
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
EXPORT_SYMBOL_GPL(kes_set_isa);

/* Statistics that cannot be shown are no reason to go without KVM. */
void __init kes_init(void)
{
	kes_slots_init();
	kes_debugfs_init();
	if (kes_sysfs_init())
		pr_warn("kvm_exit_stats: no /sys/kernel/kvm_exit_stats\n");
	kes_dmesg_init();
}

void kes_exit(void)
{
	struct kes_vm *vm;

	kes_sysfs_exit();
	kes_dmesg_exit();
	for (;;) {
		mutex_lock(&kes_lock);
		vm = kes_pop_dead(0);
		mutex_unlock(&kes_lock);
		if (!vm)
			break;
		kes_forget(vm);
	}
	kes_debugfs_exit();
}

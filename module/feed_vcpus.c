// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the vCPUs seen by the probes.
 *
 * A vCPU gets its counters at its first exit, in atomic context, and is found
 * by its address from then on. A work item registers it with the engine soon
 * after. A probe on kvm_arch_destroy_vm() detects the end of a VM, because a
 * later VM may have the same address.
 */
#include <linux/hash.h>
#include <linux/irq_work.h>
#include <linux/rculist.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "feed_vcpus.h"
#include "groups.h"
#include "life.h"

/**
 * struct kes_probed_vm - a VM seen by the probes
 * @kvm: KVM's VM; never dereferenced
 * @vm: the engine's VM, NULL until registered
 * @leader: thread group leader of the VMM; a reference, until registered
 * @vcpus: vCPUs that have run
 * @node: node in the list of running or of destroyed VMs
 */
struct kes_probed_vm {
	const struct kvm *kvm;
	struct kes_vm *vm;
	struct task_struct *leader;
	struct list_head vcpus;
	struct list_head node;
};

struct hlist_head kes_probed_vcpus[1 << KES_PROBED_BITS];
static struct hlist_head kes_probed_tasks[1 << KES_PROBED_BITS];

/* Guards all lists in this file, and writes to the hash tables. */
static DEFINE_RAW_SPINLOCK(kes_probed_lock);
static LIST_HEAD(kes_probed_vms);
static LIST_HEAD(kes_probed_destroyed_vms);
static LIST_HEAD(kes_probed_new_vcpus);

/*
 * vCPUs that returned to user space before their first exit. Only an exit
 * identifies the vCPU, and usually follows soon.
 */
static LIST_HEAD(kes_probed_orphans);
static unsigned int kes_nr_orphans;
#define KES_MAX_ORPHANS	256

static void kes_probed_work_fn(struct work_struct *work);
static DECLARE_WORK(kes_probed_work, kes_probed_work_fn);
static struct workqueue_struct *kes_probed_wq;

#define KES_PROBED_GFP	(GFP_ATOMIC | __GFP_NOWARN)

static struct hlist_head *kes_probed_task_bucket(const struct task_struct *task)
{
	return &kes_probed_tasks[hash_ptr(task, KES_PROBED_BITS)];
}

/* Return the vCPU that @task last ran, NULL if there is none. */
struct kes_probed_vcpu *kes_probed_vcpu_by_task(const struct task_struct *task)
{
	struct hlist_head *bucket = kes_probed_task_bucket(task);
	struct kes_probed_vcpu *probed;

	hlist_for_each_entry_rcu_notrace(probed, bucket, by_task)
		if (READ_ONCE(probed->task) == task)
			return probed;
	return NULL;
}

/*
 * On a kernel without ftrace-based kprobes, a kprobe is a breakpoint, and its
 * handler runs like an NMI: it must not allocate memory, queue work, or take a
 * lock that the interrupted code may hold. No probed function is called with
 * kes_probed_lock held, so spinning here cannot deadlock. A loop of trylocks
 * avoids a false report by lockdep.
 */
static unsigned long kes_probed_lock_nmi(void)
{
	unsigned long flags;

	local_irq_save(flags);
	while (!raw_spin_trylock(&kes_probed_lock))
		cpu_relax();
	return flags;
}

static void kes_probed_wake(struct irq_work *work)
{
	queue_work(kes_probed_wq, &kes_probed_work);
}

static DEFINE_IRQ_WORK(kes_probed_irq_work, kes_probed_wake);

/* The current thread runs this vCPU now, and no other. */
void kes_probed_vcpu_moved(struct kes_probed_vcpu *probed)
{
	unsigned long flags = kes_probed_lock_nmi();
	struct kes_probed_vcpu *other;

	other = kes_probed_vcpu_by_task(current);
	if (other) {
		hlist_del_init_rcu(&other->by_task);
		WRITE_ONCE(other->task, NULL);
	}
	hlist_del_init_rcu(&probed->by_task);
	WRITE_ONCE(probed->task, current);
	hlist_add_head_rcu(&probed->by_task, kes_probed_task_bucket(current));
	raw_spin_unlock_irqrestore(&kes_probed_lock, flags);
}

static struct kes_probed_vm *kes_probed_vm_find(const struct kvm *kvm)
{
	struct kes_probed_vm *vm;

	list_for_each_entry(vm, &kes_probed_vms, node)
		if (vm->kvm == kvm)
			return vm;
	return NULL;
}

static struct kes_probed_vm *kes_probed_vm_add(const struct kvm *kvm)
{
	struct kes_probed_vm *vm = kzalloc(sizeof(*vm), KES_PROBED_GFP);

	if (!vm)
		return NULL;
	vm->kvm = kvm;
	vm->leader = current->group_leader;
	get_task_struct(vm->leader);
	INIT_LIST_HEAD(&vm->vcpus);
	list_add_tail(&vm->node, &kes_probed_vms);
	return vm;
}

static void kes_probed_vm_free(struct kes_probed_vm *vm)
{
	if (vm->leader)
		put_task_struct(vm->leader);
	kfree(vm);
}

/* Allocate the counters of a vCPU. The caller publishes them. */
static struct kes_probed_vcpu *kes_probed_vcpu_alloc(void)
{
	struct kes_probed_vcpu *probed;

	probed = kzalloc(sizeof(*probed), KES_PROBED_GFP);
	if (!probed)
		return NULL;
	if (kes_vcpu_alloc(0, &probed->hot, KES_PROBED_GFP)) {
		kfree(probed);
		return NULL;
	}
	/* If this fails, the work item allocates the memory. */
	kes_groups_alloc_vcpu(probed->hot.vcpu, KES_PROBED_GFP);
	return probed;
}

/* Store @probed as the orphan of the current thread. */
static void kes_probed_add_orphan(struct kes_probed_vcpu *probed)
{
	unsigned long flags;

	probed->kvm = NULL;
	raw_spin_lock_irqsave(&kes_probed_lock, flags);
	list_add_tail(&probed->node, &kes_probed_orphans);
	kes_nr_orphans++;
	raw_spin_unlock_irqrestore(&kes_probed_lock, flags);
	kes_probed_vcpu_moved(probed);
}

struct kes_probed_vcpu *kes_probed_orphan(void)
{
	struct kes_probed_vcpu *probed;

	if (READ_ONCE(kes_nr_orphans) >= KES_MAX_ORPHANS)
		return NULL;
	probed = kes_probed_vcpu_alloc();
	if (probed)
		kes_probed_add_orphan(probed);
	return probed;
}

/* Take the orphan of the current thread, or allocate new counters. */
static struct kes_probed_vcpu *kes_probed_vcpu_adopt(void)
{
	struct kes_probed_vcpu *probed = kes_probed_vcpu_by_task(current);
	unsigned long flags;

	if (!probed || probed->kvm)
		return kes_probed_vcpu_alloc();
	raw_spin_lock_irqsave(&kes_probed_lock, flags);
	list_del(&probed->node);
	kes_nr_orphans--;
	raw_spin_unlock_irqrestore(&kes_probed_lock, flags);
	return probed;
}

/* Called when all probes are detached. */
static void kes_probed_free_orphans(void)
{
	struct kes_probed_vcpu *probed, *next;

	list_for_each_entry_safe(probed, next, &kes_probed_orphans, node) {
		list_del(&probed->node);
		hlist_del_init_rcu(&probed->by_task);
		kes_vcpu_free(&probed->hot);
		kfree(probed);
	}
	kes_nr_orphans = 0;
}

/* Add a new vCPU. Runs in the vCPU's own thread. */
struct kes_probed_vcpu *kes_probed_vcpu_add(struct kvm_vcpu *vcpu)
{
	struct kes_probed_vcpu *probed = kes_probed_vcpu_adopt();
	struct kes_probed_vm *vm;
	unsigned long flags;

	if (!probed)
		return NULL;
	probed->kvm = vcpu;
	probed->hot.vcpu->id = vcpu->vcpu_id;
	raw_spin_lock_irqsave(&kes_probed_lock, flags);
	vm = kes_probed_vm_find(vcpu->kvm) ?: kes_probed_vm_add(vcpu->kvm);
	if (vm) {
		probed->vm = vm;
		list_add_tail(&probed->node, &vm->vcpus);
		list_add_tail(&probed->new_node, &kes_probed_new_vcpus);
		hlist_add_head_rcu(&probed->by_vcpu, kes_probed_bucket(vcpu));
	}
	raw_spin_unlock_irqrestore(&kes_probed_lock, flags);
	if (!vm) {
		kes_probed_add_orphan(probed);
		return NULL;
	}
	kes_probed_vcpu_moved(probed);
	queue_work(kes_probed_wq, &kes_probed_work);
	return probed;
}

/* No thread runs a vCPU of @vm at this point. */
static void kes_probed_vm_unlink(struct kes_probed_vm *vm)
{
	struct kes_probed_vcpu *probed;

	list_for_each_entry(probed, &vm->vcpus, node) {
		hlist_del_init_rcu(&probed->by_vcpu);
		hlist_del_init_rcu(&probed->by_task);
	}
	list_move_tail(&vm->node, &kes_probed_destroyed_vms);
}

void kes_probed_vm_destroyed(const struct kvm *kvm)
{
	unsigned long flags = kes_probed_lock_nmi();
	struct kes_probed_vm *vm;

	vm = kes_probed_vm_find(kvm);
	if (vm)
		kes_probed_vm_unlink(vm);
	raw_spin_unlock_irqrestore(&kes_probed_lock, flags);
	if (vm)
		irq_work_queue(&kes_probed_irq_work);
}

static struct kes_probed_vcpu *kes_probed_pop_new(void)
{
	struct kes_probed_vcpu *probed;

	raw_spin_lock_irq(&kes_probed_lock);
	probed = list_first_entry_or_null(&kes_probed_new_vcpus,
					  struct kes_probed_vcpu, new_node);
	if (probed)
		list_del_init(&probed->new_node);
	raw_spin_unlock_irq(&kes_probed_lock);
	return probed;
}

/* If out of memory for the VM, put the vCPU back for the next attempt. */
static bool kes_probed_register(struct kes_probed_vcpu *probed)
{
	struct kes_probed_vm *vm = probed->vm;

	if (!vm->vm)
		vm->vm = kes_vm_create(vm->leader);
	if (!vm->vm) {
		raw_spin_lock_irq(&kes_probed_lock);
		list_add(&probed->new_node, &kes_probed_new_vcpus);
		raw_spin_unlock_irq(&kes_probed_lock);
		return false;
	}
	if (vm->leader)
		put_task_struct(vm->leader);
	vm->leader = NULL;
	kes_vcpu_add(vm->vm, &probed->hot);
	return true;
}

static struct kes_probed_vm *kes_probed_pop_destroyed(void)
{
	struct kes_probed_vm *vm;

	raw_spin_lock_irq(&kes_probed_lock);
	vm = list_first_entry_or_null(&kes_probed_destroyed_vms,
				      struct kes_probed_vm, node);
	if (vm)
		list_del_init(&vm->node);
	raw_spin_unlock_irq(&kes_probed_lock);
	return vm;
}

/* The vCPUs of @vm are registered, unless there was no memory for the VM. */
static void kes_probed_vm_release(struct kes_probed_vm *vm)
{
	struct kes_probed_vcpu *probed, *next;

	/* A probe of the scheduler may still use one of its vCPUs. */
	synchronize_rcu();
	if (vm->vm)
		kes_vm_destroy(vm->vm);
	list_for_each_entry_safe(probed, next, &vm->vcpus, node) {
		if (list_empty(&probed->new_node)) {
			kes_vcpu_destroy(&probed->hot);
		} else {
			list_del(&probed->new_node);
			kes_vcpu_free(&probed->hot);
		}
		kfree(probed);
	}
	kes_probed_vm_free(vm);
}

/*
 * Pop the destroyed VM first, so that all of its vCPUs are registered before
 * it is released.
 */
static void kes_probed_work_fn(struct work_struct *work)
{
	struct kes_probed_vcpu *probed;
	struct kes_probed_vm *vm;

	do {
		vm = kes_probed_pop_destroyed();
		while ((probed = kes_probed_pop_new()))
			if (!kes_probed_register(probed))
				break;
		if (vm)
			kes_probed_vm_release(vm);
	} while (vm);
}

void kes_probed_sync(void)
{
	queue_work(kes_probed_wq, &kes_probed_work);
	flush_work(&kes_probed_work);
}

int kes_probed_init(void)
{
	kes_probed_wq = alloc_workqueue("kvm_exit_stats", WQ_UNBOUND, 1);
	return kes_probed_wq ? 0 : -ENOMEM;
}

/*
 * All probes are detached: treat all VMs as destroyed. Also called when the
 * module refuses to load, before the work queue exists.
 */
void kes_probed_destroy_all(void)
{
	struct kes_probed_vm *vm, *next;

	if (!kes_probed_wq)
		return;
	kes_probed_free_orphans();
	raw_spin_lock_irq(&kes_probed_lock);
	list_for_each_entry_safe(vm, next, &kes_probed_vms, node)
		kes_probed_vm_unlink(vm);
	raw_spin_unlock_irq(&kes_probed_lock);
	queue_work(kes_probed_wq, &kes_probed_work);
}

void kes_probed_exit(void)
{
	irq_work_sync(&kes_probed_irq_work);
	kes_probed_destroy_all();
	kes_probed_sync();
	destroy_workqueue(kes_probed_wq);
	kes_probed_wq = NULL;
}

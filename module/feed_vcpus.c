// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: vCPUs as tracepoints see them.
 *
 * A vCPU is found by its address from its first exit on, when it gets counters
 * at once, without sleeping; the engine hears of it soon after, from a work
 * item. The end of a VM is seen by a probe on kvm_arch_destroy_vm(), so that
 * another one at the same address is another one.
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
 * struct kes_fed_vm - one of KVM's VMs
 * @kvm: KVM's own; its address only
 * @vm: NULL until the engine knows it
 * @leader: of the VMM's threads; a reference, until then
 * @vcpus: those that have run
 * @node: on the list of living ones, or of dead ones
 */
struct kes_fed_vm {
	const struct kvm *kvm;
	struct kes_vm *vm;
	struct task_struct *leader;
	struct list_head vcpus;
	struct list_head node;
};

struct hlist_head kes_fed_vcpus[1 << KES_FED_BITS];
static struct hlist_head kes_fed_tasks[1 << KES_FED_BITS];

/* Guards all lists here, and changes to the tables. */
static DEFINE_RAW_SPINLOCK(kes_fed_lock);
static LIST_HEAD(kes_fed_vms);
static LIST_HEAD(kes_fed_dead_vms);
static LIST_HEAD(kes_fed_news);

/*
 * vCPUs that returned to user space before their first exit, which tells whose
 * they are; most get there soon.
 */
static LIST_HEAD(kes_fed_orphans);
static unsigned int kes_nr_orphans;
#define KES_MOST_ORPHANS	256

static void kes_fed_work_fn(struct work_struct *work);
static DECLARE_WORK(kes_fed_work, kes_fed_work_fn);
static struct workqueue_struct *kes_fed_wq;

#define KES_FED_GFP	(GFP_ATOMIC | __GFP_NOWARN)

static struct hlist_head *kes_fed_task_bucket(const struct task_struct *task)
{
	return &kes_fed_tasks[hash_ptr(task, KES_FED_BITS)];
}

/* The vCPU that @task ran last. */
struct kes_fed_vcpu *kes_fed_vcpu_of(const struct task_struct *task)
{
	struct kes_fed_vcpu *fed;

	hlist_for_each_entry_rcu_notrace(fed, kes_fed_task_bucket(task), by_task)
		if (READ_ONCE(fed->task) == task)
			return fed;
	return NULL;
}

/*
 * Where a kernel has no function tracer to attach them by, kprobes are
 * breakpoints, whose handlers count as NMIs: no memory, no locks that somebody
 * else may hold on this CPU, no work items. Nobody calls what is probed with
 * kes_fed_lock held, so that it may be waited for, which is what trying says.
 */
static unsigned long kes_fed_lock_nmi(void)
{
	unsigned long flags;

	local_irq_save(flags);
	while (!raw_spin_trylock(&kes_fed_lock))
		cpu_relax();
	return flags;
}

static void kes_fed_wake(struct irq_work *work)
{
	queue_work(kes_fed_wq, &kes_fed_work);
}

static DEFINE_IRQ_WORK(kes_fed_irq_work, kes_fed_wake);

/* Another thread runs the vCPU; that thread runs no other. */
void kes_fed_vcpu_moved(struct kes_fed_vcpu *fed)
{
	unsigned long flags = kes_fed_lock_nmi();
	struct kes_fed_vcpu *other;

	other = kes_fed_vcpu_of(current);
	if (other) {
		hlist_del_init_rcu(&other->by_task);
		WRITE_ONCE(other->task, NULL);
	}
	hlist_del_init_rcu(&fed->by_task);
	WRITE_ONCE(fed->task, current);
	hlist_add_head_rcu(&fed->by_task, kes_fed_task_bucket(current));
	raw_spin_unlock_irqrestore(&kes_fed_lock, flags);
}

static struct kes_fed_vm *kes_fed_find_vm(const struct kvm *kvm)
{
	struct kes_fed_vm *vm;

	list_for_each_entry(vm, &kes_fed_vms, node)
		if (vm->kvm == kvm)
			return vm;
	return NULL;
}

static struct kes_fed_vm *kes_fed_make_vm(const struct kvm *kvm)
{
	struct kes_fed_vm *vm = kzalloc(sizeof(*vm), KES_FED_GFP);

	if (!vm)
		return NULL;
	vm->kvm = kvm;
	vm->leader = current->group_leader;
	get_task_struct(vm->leader);
	INIT_LIST_HEAD(&vm->vcpus);
	list_add_tail(&vm->node, &kes_fed_vms);
	return vm;
}

static void kes_fed_free_vm(struct kes_fed_vm *vm)
{
	if (vm->leader)
		put_task_struct(vm->leader);
	kfree(vm);
}

/* Counters for a vCPU, which nobody else knows yet. */
static struct kes_fed_vcpu *kes_fed_make(void)
{
	struct kes_fed_vcpu *fed = kzalloc(sizeof(*fed), KES_FED_GFP);

	if (!fed)
		return NULL;
	if (kes_vcpu_alloc(0, &fed->hot, KES_FED_GFP)) {
		kfree(fed);
		return NULL;
	}
	/* What there is no memory for now is made by the work item. */
	kes_groups_alloc_vcpu(fed->hot.vcpu, KES_FED_GFP);
	return fed;
}

/* Of the current thread; not yet of a vCPU that is known. */
static void kes_fed_orphan_one(struct kes_fed_vcpu *fed)
{
	unsigned long flags;

	fed->kvm = NULL;
	raw_spin_lock_irqsave(&kes_fed_lock, flags);
	list_add_tail(&fed->node, &kes_fed_orphans);
	kes_nr_orphans++;
	raw_spin_unlock_irqrestore(&kes_fed_lock, flags);
	kes_fed_vcpu_moved(fed);
}

struct kes_fed_vcpu *kes_fed_orphan(void)
{
	struct kes_fed_vcpu *fed;

	if (READ_ONCE(kes_nr_orphans) >= KES_MOST_ORPHANS)
		return NULL;
	fed = kes_fed_make();
	if (fed)
		kes_fed_orphan_one(fed);
	return fed;
}

/* What the current thread left, or something new. */
static struct kes_fed_vcpu *kes_fed_adopt(void)
{
	struct kes_fed_vcpu *fed = kes_fed_vcpu_of(current);
	unsigned long flags;

	if (!fed || fed->kvm)
		return kes_fed_make();
	raw_spin_lock_irqsave(&kes_fed_lock, flags);
	list_del(&fed->node);
	kes_nr_orphans--;
	raw_spin_unlock_irqrestore(&kes_fed_lock, flags);
	return fed;
}

/* Nothing is attached any more. */
static void kes_fed_free_orphans(void)
{
	struct kes_fed_vcpu *fed, *next;

	list_for_each_entry_safe(fed, next, &kes_fed_orphans, node) {
		list_del(&fed->node);
		hlist_del_init_rcu(&fed->by_task);
		kes_vcpu_free(&fed->hot);
		kfree(fed);
	}
	kes_nr_orphans = 0;
}

/* A vCPU that was not seen before; only its own thread gets here. */
struct kes_fed_vcpu *kes_fed_vcpu_slow(struct kvm_vcpu *vcpu)
{
	struct kes_fed_vcpu *fed = kes_fed_adopt();
	struct kes_fed_vm *vm;
	unsigned long flags;

	if (!fed)
		return NULL;
	fed->kvm = vcpu;
	fed->hot.vcpu->id = vcpu->vcpu_id;
	raw_spin_lock_irqsave(&kes_fed_lock, flags);
	vm = kes_fed_find_vm(vcpu->kvm) ?: kes_fed_make_vm(vcpu->kvm);
	if (vm) {
		fed->vm = vm;
		list_add_tail(&fed->node, &vm->vcpus);
		list_add_tail(&fed->news, &kes_fed_news);
		hlist_add_head_rcu(&fed->by_vcpu, kes_fed_bucket(vcpu));
	}
	raw_spin_unlock_irqrestore(&kes_fed_lock, flags);
	if (!vm) {
		kes_fed_orphan_one(fed);
		return NULL;
	}
	kes_fed_vcpu_moved(fed);
	queue_work(kes_fed_wq, &kes_fed_work);
	return fed;
}

/* No thread runs its vCPUs any more. */
static void kes_fed_vm_die(struct kes_fed_vm *vm)
{
	struct kes_fed_vcpu *fed;

	list_for_each_entry(fed, &vm->vcpus, node) {
		hlist_del_init_rcu(&fed->by_vcpu);
		hlist_del_init_rcu(&fed->by_task);
	}
	list_move_tail(&vm->node, &kes_fed_dead_vms);
}

void kes_fed_vm_gone(const struct kvm *kvm)
{
	unsigned long flags = kes_fed_lock_nmi();
	struct kes_fed_vm *vm;

	vm = kes_fed_find_vm(kvm);
	if (vm)
		kes_fed_vm_die(vm);
	raw_spin_unlock_irqrestore(&kes_fed_lock, flags);
	if (vm)
		irq_work_queue(&kes_fed_irq_work);
}

static struct kes_fed_vcpu *kes_fed_pop_news(void)
{
	struct kes_fed_vcpu *fed;

	raw_spin_lock_irq(&kes_fed_lock);
	fed = list_first_entry_or_null(&kes_fed_news, struct kes_fed_vcpu, news);
	if (fed)
		list_del_init(&fed->news);
	raw_spin_unlock_irq(&kes_fed_lock);
	return fed;
}

/* Without memory for the VM, it stays news until somebody asks again. */
static bool kes_fed_announce(struct kes_fed_vcpu *fed)
{
	struct kes_fed_vm *vm = fed->vm;

	if (!vm->vm)
		vm->vm = kes_vm_create(vm->leader);
	if (!vm->vm) {
		raw_spin_lock_irq(&kes_fed_lock);
		list_add(&fed->news, &kes_fed_news);
		raw_spin_unlock_irq(&kes_fed_lock);
		return false;
	}
	if (vm->leader)
		put_task_struct(vm->leader);
	vm->leader = NULL;
	kes_vcpu_add(vm->vm, &fed->hot);
	return true;
}

static struct kes_fed_vm *kes_fed_pop_dead(void)
{
	struct kes_fed_vm *vm;

	raw_spin_lock_irq(&kes_fed_lock);
	vm = list_first_entry_or_null(&kes_fed_dead_vms, struct kes_fed_vm,
				      node);
	if (vm)
		list_del_init(&vm->node);
	raw_spin_unlock_irq(&kes_fed_lock);
	return vm;
}

/* Its vCPUs were announced before, or the memory for it was never there. */
static void kes_fed_bury(struct kes_fed_vm *vm)
{
	struct kes_fed_vcpu *fed, *next;

	/* Probes of the scheduler may have found its threads a moment ago. */
	synchronize_rcu();
	if (vm->vm)
		kes_vm_destroy(vm->vm);
	list_for_each_entry_safe(fed, next, &vm->vcpus, node) {
		if (list_empty(&fed->news)) {
			kes_vcpu_destroy(&fed->hot);
		} else {
			list_del(&fed->news);
			kes_vcpu_free(&fed->hot);
		}
		kfree(fed);
	}
	kes_fed_free_vm(vm);
}

/* The dead are popped first: all that was new of them is older. */
static void kes_fed_work_fn(struct work_struct *work)
{
	struct kes_fed_vcpu *fed;
	struct kes_fed_vm *dead;

	do {
		dead = kes_fed_pop_dead();
		while ((fed = kes_fed_pop_news()))
			if (!kes_fed_announce(fed))
				break;
		if (dead)
			kes_fed_bury(dead);
	} while (dead);
}

void kes_fed_vcpus_sync(void)
{
	queue_work(kes_fed_wq, &kes_fed_work);
	flush_work(&kes_fed_work);
}

int kes_fed_vcpus_init(void)
{
	kes_fed_wq = alloc_workqueue("kvm_exit_stats", WQ_UNBOUND, 1);
	return kes_fed_wq ? 0 : -ENOMEM;
}

/*
 * Nothing is attached any more: to the engine, all VMs are dead. Called also
 * where the module refuses to load, before there could be any.
 */
void kes_fed_vms_gone(void)
{
	struct kes_fed_vm *vm, *next;

	if (!kes_fed_wq)
		return;
	kes_fed_free_orphans();
	raw_spin_lock_irq(&kes_fed_lock);
	list_for_each_entry_safe(vm, next, &kes_fed_vms, node)
		kes_fed_vm_die(vm);
	raw_spin_unlock_irq(&kes_fed_lock);
	queue_work(kes_fed_wq, &kes_fed_work);
}

void kes_fed_vcpus_exit(void)
{
	irq_work_sync(&kes_fed_irq_work);
	kes_fed_vms_gone();
	kes_fed_vcpus_sync();
	destroy_workqueue(kes_fed_wq);
	kes_fed_wq = NULL;
}

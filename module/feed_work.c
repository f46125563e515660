// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the work item of the feed.
 *
 * It does what probes cannot do, because it sleeps: registers new vCPUs with
 * the engine, releases VMs that have ended, frees orphans, and refills the
 * pools.
 */
#include <linux/irq_work.h>
#include <linux/memcontrol.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/printk.h>
#include <linux/rculist.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "engine.h"
#include "feed_attach.h"
#include "feed_pool.h"
#include "feed_vcpus.h"
#include "feed_work.h"
#include "life.h"

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

/* A vCPU has taken an item that its VM will be charged for. */
static bool kes_probed_is_new(void)
{
	return !list_empty_careful(&kes_probed_new_vcpus);
}

/* Whom KVM charges for the VM's memory, NULL if its VMM has ended. */
static struct mem_cgroup *kes_memcg_of(struct task_struct *leader)
{
	struct mm_struct *mm = get_task_mm(leader);
	struct mem_cgroup *memcg;

	if (!mm)
		return NULL;
	memcg = get_mem_cgroup_from_mm(mm);
	mmput_async(mm);
	return memcg;
}

/* If out of memory for the VM, put the vCPU back for the next attempt. */
static bool kes_probed_register(struct kes_probed_vcpu *probed)
{
	struct kes_probed_vm *vm = probed->vm;

	if (vm->leader && !vm->memcg)
		vm->memcg = kes_memcg_of(vm->leader);
	set_active_memcg(vm->memcg);
	kes_pools_replace_vcpu();
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

/* Return true if the vCPU was not registered. */
static bool kes_probed_drop_new(struct kes_probed_vcpu *probed)
{
	bool new;

	raw_spin_lock_irq(&kes_probed_lock);
	new = !list_empty(&probed->new_node);
	list_del_init(&probed->new_node);
	raw_spin_unlock_irq(&kes_probed_lock);
	return new;
}

/* The vCPUs of @vm are registered, unless there was no memory for the VM. */
static void kes_probed_vm_release(struct kes_probed_vm *vm)
{
	struct kes_probed_vcpu *probed, *next;

	set_active_memcg(vm->memcg);
	if (vm->vm)
		kes_vm_destroy(vm->vm);
	set_active_memcg(NULL);
	list_for_each_entry_safe(probed, next, &vm->vcpus, node) {
		if (kes_probed_drop_new(probed)) {
			kes_probed_vcpu_free(probed);
		} else {
			kes_vcpu_destroy(&probed->hot);
			kfree(probed);
		}
	}
	if (vm->leader)
		put_task_struct(vm->leader);
	mem_cgroup_put(vm->memcg);
	kfree(vm);
}

/* The returns to user space of an orphan whose thread has ended are lost. */
static void kes_probed_lose(const struct kes_probed_vcpu *orphan)
{
	const u64 *n = orphan->hot.vcpu->userspace;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(orphan->hot.vcpu->userspace); i++)
		atomic64_add(n[i], &kes.lost);
}

static bool kes_task_has_ended(const struct kes_probed_vcpu *orphan)
{
	const struct task_struct *task;
	bool ended;

	rcu_read_lock();
	task = pid_task(find_pid_ns(orphan->pid, &init_pid_ns), PIDTYPE_PID);
	ended = !task || task->start_time != orphan->task_start;
	rcu_read_unlock();
	return ended;
}

/* Collect orphans that were adopted, or whose thread has ended. */
static void kes_probed_collect_orphans(struct list_head *done, bool all)
{
	struct kes_probed_vcpu *orphan, *next;

	raw_spin_lock_irq(&kes_probed_lock);
	list_splice_init(&kes_probed_adopted, done);
	list_for_each_entry_safe(orphan, next, &kes_probed_orphans, node) {
		if (!all && !kes_task_has_ended(orphan))
			continue;
		kes_probed_orphan_unlink(orphan);
		kes_probed_lose(orphan);
		list_add_tail(&orphan->node, done);
	}
	raw_spin_unlock_irq(&kes_probed_lock);
}

static void kes_probed_free_orphans(struct list_head *done)
{
	struct kes_probed_vcpu *orphan, *next;

	list_for_each_entry_safe(orphan, next, done, node)
		kes_probed_vcpu_free(orphan);
}

static void kes_probed_log(void)
{
	static bool logged;

	if (!READ_ONCE(kes_td_seen) || logged)
		return;
	logged = true;
	pr_warn("kvm_exit_stats: exits of TDX guests cannot be counted, and are reported as lost\n");
}

/* Calls of functions that the kprobes missed are lost, too. */
static void kes_probed_note_missed(void)
{
	mutex_lock(&kes_lock);
	kes_note_missed();
	mutex_unlock(&kes_lock);
}

/*
 * Take the destroyed VMs first, so that all of their vCPUs are registered before
 * they are released.
 */
static void kes_probed_work_fn(struct work_struct *work)
{
	struct kes_probed_vcpu *probed;
	struct kes_probed_vm *vm, *next;
	bool no_memory = false;
	LIST_HEAD(destroyed);
	LIST_HEAD(orphans);

	raw_spin_lock_irq(&kes_probed_lock);
	list_splice_init(&kes_probed_destroyed_vms, &destroyed);
	raw_spin_unlock_irq(&kes_probed_lock);
	while (!no_memory && (probed = kes_probed_pop_new()))
		no_memory = !kes_probed_register(probed);
	set_active_memcg(NULL);
	/* vCPUs that appear from now on queue the work again. */
	kes_pools_refill(no_memory ? NULL : kes_probed_is_new);
	kes_probed_log();
	kes_probed_note_missed();
	kes_probed_collect_orphans(&orphans, false);
	if (!list_empty(&destroyed) || !list_empty(&orphans)) {
		/* No probe finds them in a hash table after this, ... */
		synchronize_rcu();
		kes_probed_forget_unlinked();
		/* ... nor uses them after this. */
		synchronize_rcu();
	}
	list_for_each_entry_safe(vm, next, &destroyed, node)
		kes_probed_vm_release(vm);
	kes_probed_free_orphans(&orphans);
}

void kes_probed_sync(void)
{
	irq_work_sync(&kes_probed_irq_work);
	queue_work(kes_probed_wq, &kes_probed_work);
	flush_work(&kes_probed_work);
}

unsigned int kes_probed_nr_vcpus(void)
{
	return READ_ONCE(kes_nr_probed);
}

int kes_probed_init(void)
{
	int ret = kes_probed_tables_init();

	if (ret)
		return ret;
	INIT_WORK(&kes_probed_work, kes_probed_work_fn);
	kes_probed_wq = alloc_workqueue("kvm_exit_stats", WQ_UNBOUND, 1);
	if (kes_probed_wq)
		return 0;
	kes_probed_tables_exit();
	return -ENOMEM;
}

/*
 * All probes are detached: treat all VMs as destroyed. Also called when the
 * module refuses to load, before the work queue exists.
 */
void kes_probed_destroy_all(void)
{
	struct kes_probed_vm *vm, *next;
	LIST_HEAD(orphans);

	if (!kes_probed_wq)
		return;
	kes_probed_collect_orphans(&orphans, true);
	kes_probed_free_orphans(&orphans);
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
	kes_probed_tables_exit();
}

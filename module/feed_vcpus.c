// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the vCPUs seen by the probes.
 *
 * A vCPU gets its counters from a pool when it is created, or at its first exit
 * if it existed before, and is found by its address from then on. The work item
 * in feed_work.c registers it with the engine soon after.
 *
 * A later VM may have the same address. A probe on kvm_arch_destroy_vm()
 * detects the end of a VM. A kprobe may be missed, or disabled by an
 * administrator, so a vCPU is compared with what was seen before at its first
 * exit after a return to user space.
 *
 * All code here may run with interrupts disabled, and does not allocate memory.
 */
#include <linux/cpumask.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "count.h"
#include "feed_pool.h"
#include "feed_vcpus.h"

DEFINE_RAW_SPINLOCK(kes_probed_lock);
LIST_HEAD(kes_probed_vms);
LIST_HEAD(kes_probed_destroyed_vms);
LIST_HEAD(kes_probed_new_vcpus);
unsigned int kes_nr_probed;
bool kes_td_seen;

/*
 * vCPUs that returned to user space before their first exit. Only an exit
 * identifies the vCPU, and usually follows soon. An adopted orphan's counts
 * were added to its vCPU's.
 */
LIST_HEAD(kes_probed_orphans);
LIST_HEAD(kes_probed_adopted);
unsigned int kes_nr_orphans;
#define KES_MAX_ORPHANS	256

/* Both tables have 1 << kes_probed_bits buckets. */
static struct hlist_head *kes_probed_vcpus;
static struct hlist_head *kes_probed_tasks;
static unsigned int kes_probed_bits __read_mostly;

/* Buckets per possible CPU; more than one vCPU per CPU is usual. */
#define KES_PROBED_PER_CPU	32
#define KES_PROBED_MIN_BITS	10

/* No CPU's vCPU has this address. */
static struct kes_probed_vcpu kes_no_vcpu;
DEFINE_PER_CPU(struct kes_probed_vcpu *, kes_last_vcpu);

/* feed_work.c sets the function and the queue. */
struct work_struct kes_probed_work;
struct workqueue_struct *kes_probed_wq;

static void kes_probed_queue(struct irq_work *work)
{
	queue_work(kes_probed_wq, &kes_probed_work);
}

DEFINE_IRQ_WORK(kes_probed_irq_work, kes_probed_queue);

/* Queue the work item. */
void kes_probed_wake(void)
{
	irq_work_queue(&kes_probed_irq_work);
}

static struct hlist_head *kes_probed_bucket(const struct kvm_vcpu *vcpu)
{
	return &kes_probed_vcpus[hash_ptr(vcpu, kes_probed_bits)];
}

static struct hlist_head *kes_probed_task_bucket(const struct task_struct *task)
{
	return &kes_probed_tasks[hash_ptr(task, kes_probed_bits)];
}

/* Return the vCPU that @task last ran, NULL if there is none. */
struct kes_probed_vcpu *kes_probed_vcpu_by_task(const struct task_struct *task)
{
	struct hlist_head *bucket = kes_probed_task_bucket(task);
	struct kes_probed_vcpu *probed;

	hlist_for_each_entry_rcu_notrace(probed, bucket, by_task)
		if (READ_ONCE(probed->task) == task &&
		    probed->task_start == task->start_time)
			return probed;
	return NULL;
}

/* Must hold kes_probed_lock. */
static void kes_probed_clear_task(struct kes_probed_vcpu *probed)
{
	hlist_del_init_rcu(&probed->by_task);
	WRITE_ONCE(probed->task, NULL);
	WRITE_ONCE(probed->runner, NULL);
}

/* Add the counts of the current thread's orphan to those of its vCPU. */
static void kes_probed_adopt(struct kes_probed_vcpu *probed,
			     struct kes_probed_vcpu *orphan)
{
	const u64 *from = orphan->hot.vcpu->userspace;
	u64 *to = probed->hot.vcpu->userspace;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(orphan->hot.vcpu->userspace); i++)
		if (from[i])
			kes_add_to(&to[i], from[i]);
	kes_probed_orphan_unlink(orphan);
	list_add_tail(&orphan->node, &kes_probed_adopted);
	kes_probed_wake();
}

/* The current thread runs this vCPU now, and no other. */
static void kes_probed_vcpu_moved(struct kes_probed_vcpu *probed)
{
	unsigned long flags = kes_lock_in_probe(&kes_probed_lock);
	struct kes_probed_vcpu *other = kes_probed_vcpu_by_task(current);

	if (other && !other->kvm)
		kes_probed_adopt(probed, other);
	else if (other)
		kes_probed_clear_task(other);
	hlist_del_init_rcu(&probed->by_task);
	probed->task_start = current->start_time;
	probed->pid = current->pid;
	WRITE_ONCE(probed->task, current);
	hlist_add_head_rcu(&probed->by_task, kes_probed_task_bucket(current));
	raw_spin_unlock_irqrestore(&kes_probed_lock, flags);
}

/* Must hold kes_probed_lock. */
void kes_probed_orphan_unlink(struct kes_probed_vcpu *orphan)
{
	hlist_del_init_rcu(&orphan->by_task);
	list_del_init(&orphan->node);
	kes_nr_orphans--;
}

/* Return a new orphan for the current thread, NULL if there is no memory. */
struct kes_probed_vcpu *kes_probed_orphan(void)
{
	struct kes_probed_vcpu *orphan = NULL;
	unsigned long flags;

	if (READ_ONCE(kes_nr_orphans) < KES_MAX_ORPHANS)
		orphan = kes_pool_take(&kes_spare_vcpus);
	/* Also frees the orphans of threads that have ended. */
	kes_probed_wake();
	if (!orphan)
		return NULL;
	flags = kes_lock_in_probe(&kes_probed_lock);
	orphan->task = current;
	orphan->task_start = current->start_time;
	orphan->pid = current->pid;
	list_add_tail(&orphan->node, &kes_probed_orphans);
	hlist_add_head_rcu(&orphan->by_task, kes_probed_task_bucket(current));
	kes_nr_orphans++;
	raw_spin_unlock_irqrestore(&kes_probed_lock, flags);
	return orphan;
}

/* Remove @vm from the tables. Must hold kes_probed_lock. */
void kes_probed_vm_unlink(struct kes_probed_vm *vm)
{
	struct kes_probed_vcpu *probed;

	list_for_each_entry(probed, &vm->vcpus, node) {
		hlist_del_init_rcu(&probed->by_vcpu);
		hlist_del_init_rcu(&probed->by_task);
		kes_nr_probed--;
	}
	list_move_tail(&vm->node, &kes_probed_destroyed_vms);
}

static struct kes_probed_vm *kes_probed_vm_find(const struct kvm *kvm)
{
	struct kes_probed_vm *vm;

	list_for_each_entry(vm, &kes_probed_vms, node)
		if (vm->kvm == kvm)
			return vm;
	return NULL;
}

/* No thread runs a vCPU of the VM at this point. */
void kes_probed_vm_destroyed(const struct kvm *kvm)
{
	unsigned long flags = kes_lock_in_probe(&kes_probed_lock);
	struct kes_probed_vm *vm = kes_probed_vm_find(kvm);

	if (vm)
		kes_probed_vm_unlink(vm);
	raw_spin_unlock_irqrestore(&kes_probed_lock, flags);
	if (vm)
		kes_probed_wake();
}

static bool kes_probed_has_id(const struct kes_probed_vm *vm, u32 id)
{
	struct kes_probed_vcpu *probed;

	list_for_each_entry(probed, &vm->vcpus, node)
		if (probed->hot.id == id)
			return true;
	return false;
}

/*
 * Return the VM of a new vCPU, NULL if it was not seen yet. If the end of a VM
 * at this address was missed, unlink that VM. Must hold kes_probed_lock.
 */
static struct kes_probed_vm *kes_probed_vm_of(const struct kvm_vcpu *vcpu)
{
	struct kes_probed_vm *vm = kes_probed_vm_find(vcpu->kvm);

	if (!vm)
		return NULL;
	if (vm->mm == vcpu->kvm->mm && !kes_probed_has_id(vm, vcpu->vcpu_id))
		return vm;
	kes_probed_vm_unlink(vm);
	return NULL;
}

static void kes_probed_vm_begin(struct kes_probed_vm *vm, const struct kvm *kvm)
{
	vm->kvm = kvm;
	vm->mm = kvm->mm;
	vm->leader = current->group_leader;
	get_task_struct(vm->leader);
	INIT_LIST_HEAD(&vm->vcpus);
	list_add_tail(&vm->node, &kes_probed_vms);
}

/* Return false if @spare was used. */
static bool kes_probed_vcpu_insert(struct kes_probed_vcpu *probed,
				   struct kvm_vcpu *vcpu,
				   struct kes_probed_vm *spare)
{
	unsigned long flags = kes_lock_in_probe(&kes_probed_lock);
	struct kes_probed_vm *vm = kes_probed_vm_of(vcpu);
	bool unused = vm;

	if (!vm) {
		vm = spare;
		kes_probed_vm_begin(vm, vcpu->kvm);
	}
	probed->kvm = vcpu;
	probed->hot.id = vcpu->vcpu_id;
	probed->vm = vm;
	list_add_tail(&probed->node, &vm->vcpus);
	list_add_tail(&probed->new_node, &kes_probed_new_vcpus);
	hlist_add_head_rcu(&probed->by_vcpu, kes_probed_bucket(vcpu));
	kes_nr_probed++;
	raw_spin_unlock_irqrestore(&kes_probed_lock, flags);
	return unused;
}

/*
 * A TDX guest has no VMCS that KVM could read: at its exits, the current one is
 * of the VM that ran before on this CPU.
 */
static bool kes_is_td(const struct kvm *kvm)
{
#ifdef KVM_X86_TDX_VM
	return kvm->arch.vm_type == KVM_X86_TDX_VM;
#else
	return false;
#endif
}

/*
 * Take counters for a new vCPU. Return NULL if the pool is empty, or if exits
 * of this vCPU cannot be counted.
 */
static struct kes_probed_vcpu *kes_probed_vcpu_add(struct kvm_vcpu *vcpu)
{
	struct kes_probed_vcpu *probed;
	struct kes_probed_vm *spare;

	if (unlikely(kes_is_td(vcpu->kvm))) {
		if (!xchg(&kes_td_seen, true))
			kes_probed_wake();
		return NULL;
	}
	probed = kes_pool_take(&kes_spare_vcpus);
	spare = kes_pool_take(&kes_spare_vms);
	if (probed && spare) {
		if (kes_probed_vcpu_insert(probed, vcpu, spare))
			kes_pool_put(&kes_spare_vms, spare);
	} else {
		if (probed)
			kes_pool_put(&kes_spare_vcpus, probed);
		if (spare)
			kes_pool_put(&kes_spare_vms, spare);
		probed = NULL;
	}
	kes_probed_wake();
	return probed;
}

/* Return false if @probed is of an earlier vCPU, whose end was missed. */
static bool kes_probed_is_of(const struct kes_probed_vcpu *probed,
			     const struct kvm_vcpu *vcpu)
{
	/* Between two calls of KVM_RUN that exit, KVM counts one at least. */
	if (probed->exited && vcpu->stat.exits <= probed->exits)
		return false;
	return probed->vm->kvm == vcpu->kvm &&
	       probed->vm->mm == vcpu->kvm->mm &&
	       probed->hot.id == vcpu->vcpu_id;
}

static struct kes_probed_vcpu *kes_probed_lookup(const struct kvm_vcpu *vcpu)
{
	struct kes_probed_vcpu *probed;

	hlist_for_each_entry_rcu_notrace(probed, kes_probed_bucket(vcpu),
					 by_vcpu)
		if (probed->kvm == vcpu)
			return probed;
	return NULL;
}

static void kes_probed_vm_missed(struct kes_probed_vcpu *probed)
{
	unsigned long flags = kes_lock_in_probe(&kes_probed_lock);

	if (!hlist_unhashed(&probed->by_vcpu))
		kes_probed_vm_unlink(probed->vm);
	raw_spin_unlock_irqrestore(&kes_probed_lock, flags);
	kes_probed_wake();
}

/* Return the counters of @vcpu, NULL if it is new. */
static struct kes_probed_vcpu *kes_probed_lookup_checked(struct kvm_vcpu *vcpu)
{
	struct kes_probed_vcpu *probed = kes_probed_lookup(vcpu);

	if (!probed || probed->runner == current ||
	    kes_probed_is_of(probed, vcpu))
		return probed;
	kes_probed_vm_missed(probed);
	return NULL;
}

/* The current thread is in KVM_RUN. May be called from a kprobe. */
struct kes_probed_vcpu *kes_probed_vcpu_find(struct kvm_vcpu *vcpu)
{
	struct kes_probed_vcpu *probed = kes_probed_lookup_checked(vcpu);

	if (probed && unlikely(probed->task != current))
		kes_probed_vcpu_moved(probed);
	return probed;
}

/* The slow path of kes_probed_vcpu_get(). */
noinline struct kes_probed_vcpu *kes_probed_vcpu_seek(struct kvm_vcpu *vcpu)
{
	struct kes_probed_vcpu *probed = kes_probed_lookup_checked(vcpu);

	if (!probed) {
		probed = kes_probed_vcpu_add(vcpu);
		if (!probed)
			return NULL;
		kes_pool_extra_used(&kes_spare_vcpus);
		kes_pool_extra_used(&kes_spare_vms);
	}
	if (unlikely(probed->task != current))
		kes_probed_vcpu_moved(probed);
	if (probed->runner != current) {
		probed->exits = vcpu->stat.exits;
		probed->exited = true;
		WRITE_ONCE(probed->runner, current);
	}
	/* Before it can be found again, see kes_probed_watch_exits(). */
	kes_inc(&probed->hot.vcpu->events);
	barrier();
	this_cpu_write(kes_last_vcpu, probed);
	return probed;
}

/* KVM has created @vcpu. If the pool is empty, its first exit takes an item. */
void kes_probed_vcpu_created(struct kvm_vcpu *vcpu)
{
	struct kes_probed_vcpu *probed;

	if (!READ_ONCE(kes_spare_vcpus.spare))
		return;
	probed = kes_probed_lookup(vcpu);
	if (probed)
		kes_probed_vm_missed(probed);
	kes_probed_vcpu_add(vcpu);
}

void kes_probed_forget_unlinked(void)
{
	struct kes_probed_vcpu **last;
	int cpu;

	for_each_possible_cpu(cpu) {
		last = per_cpu_ptr(&kes_last_vcpu, cpu);
		if (hlist_unhashed(&READ_ONCE(*last)->by_vcpu))
			WRITE_ONCE(*last, &kes_no_vcpu);
	}
}

void kes_probed_watch_exits(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		WRITE_ONCE(*per_cpu_ptr(&kes_last_vcpu, cpu), &kes_no_vcpu);
	/* Events are read later. */
	smp_mb();
}

int kes_probed_tables_init(void)
{
	unsigned int nr = KES_PROBED_PER_CPU * num_possible_cpus();
	size_t buckets;
	int cpu;

	kes_probed_bits = max(KES_PROBED_MIN_BITS, order_base_2(nr));
	buckets = 1UL << kes_probed_bits;
	kes_probed_vcpus = kvcalloc(2 * buckets, sizeof(struct hlist_head),
				    GFP_KERNEL);
	if (!kes_probed_vcpus)
		return -ENOMEM;
	kes_probed_tasks = kes_probed_vcpus + buckets;
	/* Older kernels do not relocate initial values of a module's variables. */
	for_each_possible_cpu(cpu)
		per_cpu(kes_last_vcpu, cpu) = &kes_no_vcpu;
	return 0;
}

void kes_probed_tables_exit(void)
{
	kvfree(kes_probed_vcpus);
	kes_probed_vcpus = NULL;
}

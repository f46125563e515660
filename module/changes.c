// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: what changed since the last read of an open file.
 *
 * Each reader keeps what it has seen of every VM and vCPU (seen.h). This is its
 * own: an exit costs nothing more, and readers do not affect each other. Of a
 * vCPU for which there is no memory, or a reader has more than KES_MAX_SEEN, all
 * counters are written each time. VMs and vCPUs are seen in the order of the
 * engine's lists.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "changes.h"
#include "records.h"

/* The most memory for vCPUs of one reader */
#define KES_MAX_SEEN	SZ_64M
/* The memory of one, as allocated */
#define KES_SEEN_BYTES	roundup_pow_of_two(sizeof(struct kes_seen))
/* vCPUs that are looked at before the lock of their VM is released */
#define KES_MAX_LOOKS	16

/**
 * struct kes_seen_vm - what a reader has seen of a VM
 * @node: node in the list of all VMs of the reader
 * @vcpus: struct kes_seen, none of a destroyed VM
 * @next: the likely node of the next vCPU
 * @id: of the VM
 * @created_ns: of the VM
 * @groups: that were on
 * @is_new: it was not read yet
 * @destroyed: its final records were read
 */
struct kes_seen_vm {
	struct list_head node;
	struct list_head vcpus;
	struct list_head *next;
	u64 id;
	u64 created_ns;
	u32 groups;
	bool is_new;
	bool destroyed;
};

static void kes_forget_vcpu(struct kes_changes *changes, struct kes_seen *seen)
{
	list_del(&seen->node);
	kvfree(seen);
	changes->bytes -= KES_SEEN_BYTES;
}

static void kes_forget_vcpus(struct kes_changes *changes,
			     struct kes_seen_vm *vm)
{
	struct kes_seen *seen, *next;

	list_for_each_entry_safe(seen, next, &vm->vcpus, node)
		kes_forget_vcpu(changes, seen);
	vm->next = &vm->vcpus;
}

static void kes_forget_vm(struct kes_changes *changes, struct kes_seen_vm *vm)
{
	kes_forget_vcpus(changes, vm);
	list_del(&vm->node);
	kfree(vm);
}

void kes_changes_init(struct kes_changes *changes)
{
	*changes = (struct kes_changes){};
	INIT_LIST_HEAD(&changes->vms);
}

void kes_changes_forget(struct kes_changes *changes)
{
	struct kes_seen_vm *vm, *next;

	list_for_each_entry_safe(vm, next, &changes->vms, node)
		kes_forget_vm(changes, vm);
	kvfree(changes->spare);
	kes_changes_init(changes);
}

static void kes_grace_poll(struct kes_grace *grace)
{
	grace->needed = false;
	if (grace->begun > grace->ended &&
	    poll_state_synchronize_rcu(grace->cookie))
		grace->ended = grace->begun;
}

static void kes_grace_begin(struct kes_grace *grace)
{
	if (!grace->needed || grace->begun > grace->ended)
		return;
	grace->cookie = start_poll_synchronize_rcu();
	grace->begun++;
}

/* ---- VMs ---- */

/*
 * After a reset, all vCPUs have a new baseline. A group that was switched off and
 * on counts from 0, maybe in the same memory. Both are rare: begin again.
 */
void kes_changes_begin(struct kes_changes *changes)
{
	if (changes->generation != kes.generation ||
	    changes->switchings != kes.switchings)
		kes_changes_forget(changes);
	changes->generation = kes.generation;
	changes->switchings = kes.switchings;
	changes->next = changes->vms.next;
	kes_grace_poll(&changes->grace);
	if (kes.feed->watch_exits)
		kes.feed->watch_exits();
}

void kes_changes_end(struct kes_changes *changes, struct kes_header *header)
{
	header->flags |= KES_FLAG_CHANGES;
	header->since = changes->since_ns;
	changes->since_ns = header->end_ns;
	kes_grace_begin(&changes->grace);
}

static struct kes_seen_vm *kes_next_seen(struct kes_changes *changes)
{
	return changes->next == &changes->vms ? NULL :
	       list_entry(changes->next, struct kes_seen_vm, node);
}

/* Insert a VM before the next one that was seen. */
static struct kes_seen_vm *kes_see_vm(struct kes_changes *changes,
				      const struct kes_vm *vm)
{
	struct kes_seen_vm *seen = kzalloc(sizeof(*seen), GFP_KERNEL_ACCOUNT);

	if (!seen)
		return NULL;
	seen->id = vm->id;
	seen->created_ns = vm->created_ns;
	seen->is_new = true;
	INIT_LIST_HEAD(&seen->vcpus);
	list_add_tail(&seen->node, changes->next);
	return seen;
}

static void kes_put_gone(struct kes_writer *w, const struct kes_seen_vm *seen)
{
	struct kes_vm_record *rec = kes_begin(w, KES_REC_VM, sizeof(*rec));

	if (!rec)
		return;
	rec->vm_id = seen->id;
	rec->created_ns = seen->created_ns;
	rec->flags = KES_VM_EVICTED;
}

int kes_changes_next_vm(struct kes_changes *changes, struct kes_writer *w,
			const struct kes_vm *vm, u32 *nr_vms)
{
	struct kes_seen_vm *seen = kes_next_seen(changes);

	if (seen && (!vm || seen->id < vm->id)) {
		changes->next = seen->node.next;
		if (!seen->is_new) {
			kes_put_gone(w, seen);
			(*nr_vms)++;
		}
		kes_forget_vm(changes, seen);
		return 1;
	}
	if (!vm)
		return 0;
	if (seen && seen->id == vm->id)
		changes->next = seen->node.next;
	else
		seen = kes_see_vm(changes, vm);
	changes->vm = seen;
	if (!seen)
		return -ENOMEM;
	seen->next = seen->vcpus.next;
	return 0;
}

bool kes_changes_wants_final(const struct kes_changes *changes)
{
	return !changes->vm->destroyed;
}

bool kes_changes_end_vm(struct kes_changes *changes, const struct kes_vm *vm,
			bool destroyed)
{
	struct kes_seen_vm *seen = changes->vm;
	u32 groups = destroyed ? 0 : kes_groups_of(vm);
	bool changed = seen->is_new || seen->destroyed != destroyed ||
		       seen->groups != groups;

	if (destroyed)
		kes_forget_vcpus(changes, seen);
	seen->is_new = false;
	seen->destroyed = destroyed;
	seen->groups = groups;
	return changed;
}

/* ---- vCPUs ---- */

void kes_changes_prepare(struct kes_changes *changes)
{
	if (!changes->spare && changes->bytes < KES_MAX_SEEN)
		changes->spare = kvzalloc(sizeof(*changes->spare),
					  GFP_KERNEL_ACCOUNT);
}

/* Insert a vCPU before the next one that was seen. Return NULL without memory. */
static struct kes_seen *kes_see_vcpu(struct kes_changes *changes, u32 id)
{
	struct kes_seen *seen = changes->spare;

	if (!seen)
		return NULL;
	changes->spare = NULL;
	changes->bytes += KES_SEEN_BYTES;
	seen->id = id;
	list_add_tail(&seen->node, changes->vm->next);
	return seen;
}

/* The order of vCPUs does not change, so the next one is usually the right. */
static struct kes_seen *kes_find_seen(struct kes_changes *changes, u32 id)
{
	struct kes_seen_vm *vm = changes->vm;
	struct kes_seen *seen;

	seen = list_entry(vm->next, struct kes_seen, node);
	list_for_each_entry_from(seen, &vm->vcpus, node)
		if (seen->id == id)
			goto found;
	return kes_see_vcpu(changes, id);
found:
	/* Those before it are no longer listed. */
	while (vm->next != &seen->node) {
		struct list_head *next = vm->next->next;

		kes_forget_vcpu(changes, list_entry(vm->next, struct kes_seen,
						    node));
		vm->next = next;
	}
	vm->next = seen->node.next;
	return seen;
}

/* Return whether the vCPU was written. */
static bool kes_put_changed(struct kes_changes *changes, struct kes_writer *w,
			    const struct kes_hot *hot)
{
	struct kes_seen *seen = kes_find_seen(changes, hot->id);

	if (!seen)
		kes_put_vcpu(w, hot);
	else if (kes_seen_changed(seen, &changes->grace, hot))
		kes_seen_put(seen, w, hot);
	else
		return false;
	return true;
}

struct kes_hot *kes_changes_put_next(struct kes_changes *changes,
				     struct kes_writer *w,
				     const struct kes_vm *vm,
				     struct kes_hot *hot)
{
	unsigned int i;

	for (i = 0; i < KES_MAX_LOOKS; i++) {
		hot = kes_next_vcpu(vm, hot);
		if (!hot || kes_put_changed(changes, w, hot))
			break;
	}
	return hot;
}

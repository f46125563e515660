// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the binary snapshot, see <asm/kvm_exit_stats.h>.
 *
 * The records are written to chunks of memory. A chunk is allocated before the
 * lock of a VM is taken, and has room for any vCPU. The lock is released after
 * each vCPU, and after a few that did not change, so that the end of the VM
 * does not wait for all; its records are then replaced by those of the
 * destroyed VM.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include <asm/tsc.h>

#include "changes.h"
#include "final.h"
#include "records.h"
#include "snapshot.h"
#include "walk.h"

#define KES_CHUNK	SZ_256K

static_assert(KES_CHUNK > 2 * KES_VCPU_MAX - 1);

struct kes_chunk {
	struct list_head node;
	size_t size;
	size_t used;
	u64 bytes[];
};

void kes_snapshot_init(struct kes_snapshot *snapshot)
{
	INIT_LIST_HEAD(&snapshot->chunks);
	snapshot->size = 0;
}

static void kes_free_chunks_after(struct kes_snapshot *snapshot,
				  const struct kes_chunk *last)
{
	struct kes_chunk *chunk;

	for (;;) {
		chunk = list_last_entry(&snapshot->chunks, struct kes_chunk,
					node);
		if (chunk == last)
			break;
		list_del(&chunk->node);
		kvfree(chunk);
	}
}

void kes_snapshot_free(struct kes_snapshot *snapshot)
{
	struct kes_chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, &snapshot->chunks, node)
		kvfree(chunk);
	kes_snapshot_init(snapshot);
}

ssize_t kes_snapshot_copy(const struct kes_snapshot *snapshot, char __user *to,
			  size_t size, loff_t *pos)
{
	const struct kes_chunk *chunk;
	size_t copied = 0, begin = 0;

	list_for_each_entry(chunk, &snapshot->chunks, node) {
		loff_t at = *pos + copied - begin;
		ssize_t n;

		begin += chunk->used;
		if (at >= chunk->used || copied == size)
			continue;
		n = min_t(size_t, chunk->used - at, size - copied);
		if (copy_to_user(to + copied, (void *)chunk->bytes + at, n))
			return -EFAULT;
		copied += n;
	}
	*pos += copied;
	return copied;
}

/* Begin a new chunk with room for @size. */
static int kes_new_chunk(struct kes_snapshot *snapshot, struct kes_writer *w,
			 size_t size)
{
	struct kes_chunk *chunk;

	size = max_t(size_t, size, KES_CHUNK - sizeof(*chunk));
	chunk = kvmalloc(sizeof(*chunk) + size, GFP_KERNEL_ACCOUNT);
	if (!chunk)
		return -ENOMEM;
	chunk->size = size;
	chunk->used = 0;
	list_add_tail(&chunk->node, &snapshot->chunks);
	w->buf = chunk->bytes;
	w->size = size;
	w->used = 0;
	return 0;
}

static struct kes_chunk *kes_last_chunk(const struct kes_snapshot *snapshot)
{
	return list_last_entry(&snapshot->chunks, struct kes_chunk, node);
}

static int kes_need_room(struct kes_snapshot *snapshot, struct kes_writer *w,
			 size_t size)
{
	kes_last_chunk(snapshot)->used = w->used;
	return w->size - w->used < size ? kes_new_chunk(snapshot, w, size) : 0;
}

/* @destroyed_ns: when the counts were read, the VM was destroyed, or 0 */
static void kes_fill_vm(struct kes_vm_record *rec, const struct kes_vm *vm,
			u64 destroyed_ns, u32 nr_vcpus)
{
	rec->vm_id = vm->id;
	rec->created_ns = vm->created_ns;
	rec->destroyed_ns = destroyed_ns;
	rec->pid = vm->pid;
	rec->flags = destroyed_ns ? KES_VM_DESTROYED : 0;
	rec->nr_vcpus = nr_vcpus;
	rec->groups = destroyed_ns ? 0 : kes_groups_of(vm);
	strscpy(rec->comm, vm->comm, sizeof(rec->comm));
}

/* Write the vCPU after @hot, or see kes_changes_put_next(). */
static struct kes_hot *kes_put_next_vcpu(struct kes_writer *w,
					 const struct kes_vm *vm,
					 struct kes_hot *hot,
					 struct kes_changes *changes)
{
	if (changes)
		return kes_changes_put_next(changes, w, vm, hot);
	hot = kes_next_vcpu(vm, hot);
	if (hot)
		kes_put_vcpu(w, hot);
	return hot;
}

/* -ESTALE: the VM was destroyed. */
static int kes_put_live_vcpus(struct kes_snapshot *snapshot,
			      struct kes_writer *w, struct kes_vm *vm,
			      struct kes_changes *changes)
{
	struct kes_hot *hot = NULL;
	int ret;

	do {
		ret = kes_need_room(snapshot, w, KES_VCPU_MAX);
		if (ret)
			return ret;
		if (changes)
			kes_changes_prepare(changes);
		mutex_lock(&vm->lock);
		if (vm->destroyed_ns)
			ret = -ESTALE;
		else
			hot = kes_put_next_vcpu(w, vm, hot, changes);
		mutex_unlock(&vm->lock);
		cond_resched();
	} while (!ret && hot);
	return ret;
}

static int kes_put_vcpus_of(struct kes_snapshot *snapshot, struct kes_writer *w,
			    struct kes_vm *vm, u64 destroyed_ns,
			    struct kes_changes *changes)
{
	struct kes_vm_record *rec = kes_begin(w, KES_REC_VM, sizeof(*rec));
	u32 before = w->nr_vcpus;
	int ret = 0;

	/* Nothing changes in a destroyed VM. */
	if (destroyed_ns)
		kes_put_final(w, vm->final);
	else
		ret = kes_put_live_vcpus(snapshot, w, vm, changes);
	kes_fill_vm(rec, vm, destroyed_ns, w->nr_vcpus - before);
	return ret;
}

/* What is written after a place can be undone. */
struct kes_place {
	struct kes_chunk *chunk;
	size_t used;
	u32 nr_records;
	u32 nr_vcpus;
};

static struct kes_place kes_place(const struct kes_snapshot *snapshot,
				  const struct kes_writer *w)
{
	return (struct kes_place){
		.chunk = kes_last_chunk(snapshot),
		.used = w->used,
		.nr_records = w->nr_records,
		.nr_vcpus = w->nr_vcpus,
	};
}

static void kes_return_to(struct kes_snapshot *snapshot, struct kes_writer *w,
			  const struct kes_place *place)
{
	kes_free_chunks_after(snapshot, place->chunk);
	w->buf = place->chunk->bytes;
	w->size = place->chunk->size;
	w->used = place->used;
	w->nr_records = place->nr_records;
	w->nr_vcpus = place->nr_vcpus;
}

/* Return whether there is nothing to write of a VM that was destroyed. */
static bool kes_skips_final(const struct kes_vm *vm,
			    const struct kes_changes *changes)
{
	return !vm->final || (changes && !kes_changes_wants_final(changes));
}

/* Write a VM as it is now: again, if it is destroyed at the same time. */
static int kes_put_vm(struct kes_snapshot *snapshot, struct kes_writer *w,
		      struct kes_vm *vm, struct kes_changes *changes,
		      u32 *nr_vms)
{
	struct kes_place place;
	u64 destroyed_ns;
	size_t room;
	int ret;

	for (;;) {
		mutex_lock(&vm->lock);
		destroyed_ns = vm->destroyed_ns;
		mutex_unlock(&vm->lock);
		if (destroyed_ns && kes_skips_final(vm, changes))
			return 0;
		room = destroyed_ns ? kes_final_size(vm->final) : 0;
		ret = kes_need_room(snapshot, w, KES_VCPU_MAX + room);
		if (ret)
			return ret;
		place = kes_place(snapshot, w);
		ret = kes_put_vcpus_of(snapshot, w, vm, destroyed_ns, changes);
		if (ret != -ESTALE)
			break;
		kes_return_to(snapshot, w, &place);
	}
	if (!ret && changes && !kes_changes_end_vm(changes, vm, destroyed_ns) &&
	    w->nr_vcpus == place.nr_vcpus)
		kes_return_to(snapshot, w, &place);
	else
		(*nr_vms)++;
	return ret;
}

/* Records of VMs before @vm that are gone, or of the rest if NULL */
static int kes_put_gone_vms(struct kes_snapshot *snapshot, struct kes_writer *w,
			    const struct kes_vm *vm, struct kes_changes *changes,
			    u32 *nr_vms)
{
	int ret;

	do {
		ret = kes_need_room(snapshot, w, KES_VCPU_MAX);
		if (!ret)
			ret = kes_changes_next_vm(changes, w, vm, nr_vms);
	} while (ret > 0);
	return ret;
}

static int kes_put_vms(struct kes_snapshot *snapshot, struct kes_writer *w,
		       struct kes_changes *changes, u32 *nr_vms)
{
	struct kes_vm *vm;
	int ret = 0;

	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm)) {
		if (changes)
			ret = kes_put_gone_vms(snapshot, w, vm, changes, nr_vms);
		if (!ret)
			ret = kes_put_vm(snapshot, w, vm, changes, nr_vms);
		if (ret)
			return ret;
	}
	return changes ? kes_put_gone_vms(snapshot, w, NULL, changes, nr_vms) : 0;
}

static void kes_fill_header(struct kes_header *header,
			    const struct kes_writer *w, size_t size, u32 nr_vms)
{
	header->now_cyc = rdtsc();
	header->end_ns = ktime_get_ns();
	header->magic = KES_MAGIC;
	header->version = KES_VERSION;
	header->header_size = sizeof(*header);
	header->size = size;
	header->generation = kes.generation;
	header->reset_ns = kes.reset_ns;
	header->isa = kes.isa;
	header->source = kes.feed->source;
	header->groups = kes_groups();
	header->groups_known = KES_GROUP_COUNT | KES_GROUP_TIME |
			       KES_GROUP_HISTOGRAM | KES_GROUP_DETAIL;
	header->fields = kes.feed->fields;
	header->nr_records = w->nr_records;
	header->nr_vms = nr_vms;
	header->switches = kes.switches;
	header->tsc_khz = tsc_khz;
	header->lost = atomic64_read(&kes.lost);
	header->flags = check_tsc_unstable() ? KES_FLAG_TSC_UNSTABLE : 0;
}

static void kes_add_up(struct kes_snapshot *snapshot)
{
	const struct kes_chunk *chunk;

	list_for_each_entry(chunk, &snapshot->chunks, node)
		snapshot->size += chunk->used;
}

static int kes_put_all(struct kes_snapshot *snapshot, struct kes_writer *w,
		       struct kes_changes *changes)
{
	struct kes_header *header;
	u32 nr_vms = 0;
	int ret;

	ret = kes_new_chunk(snapshot, w, 0);
	if (ret)
		return ret;
	header = kes_reserve(w, sizeof(*header));
	header->begin_ns = ktime_get_ns();
	kes_put_counts(w, KES_REC_EVICTED, NULL, &kes.evicted);
	if (kes.generation)
		kes_put_counts(w, KES_REC_BASELINE, NULL, &kes.evicted_base);
	if (changes)
		kes_changes_begin(changes);
	ret = kes_put_vms(snapshot, w, changes, &nr_vms);
	if (ret)
		return ret;
	kes_last_chunk(snapshot)->used = w->used;
	kes_add_up(snapshot);
	kes_fill_header(header, w, snapshot->size, nr_vms);
	if (changes)
		kes_changes_end(changes, header);
	return 0;
}

int kes_snapshot_take(struct kes_snapshot *snapshot,
		      struct kes_changes *changes)
{
	struct kes_writer *w = kvzalloc(sizeof(*w), GFP_KERNEL);
	int ret = -ENOMEM;

	kes_snapshot_free(snapshot);
	if (w) {
		kes_walk_begin();
		ret = kes_put_all(snapshot, w, changes);
		kes_walk_end();
		kvfree(w);
	}
	if (ret)
		kes_snapshot_free(snapshot);
	if (ret && changes)
		kes_changes_forget(changes);
	return ret;
}

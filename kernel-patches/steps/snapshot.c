snapshot |// SPDX-License-Identifier: GPL-2.0-only
snapshot |/*
snapshot | * KVM exit statistics: the binary snapshot, see <asm/kvm_exit_stats.h>.
snapshot | *
snapshot | * The records are written to chunks of memory. A chunk is allocated before the
snapshot | * lock of a VM is taken, and has room for any vCPU. The lock is released after
snapshot | * each vCPU, and after a few that did not change, so that the end of the VM
snapshot | * does not wait for all; its records are then replaced by those of the
snapshot | * destroyed VM.
snapshot | */
snapshot |#include <linux/mm.h>
snapshot |#include <linux/sched.h>
snapshot |#include <linux/sizes.h>
snapshot |#include <linux/slab.h>
snapshot |#include <linux/timekeeping.h>
snapshot |#include <linux/uaccess.h>
snapshot |
snapshot |#include <asm/tsc.h>
snapshot |
changes  |#include "changes.h"
snapshot |#include "final.h"
snapshot |#include "records.h"
snapshot |#include "snapshot.h"
snapshot |#include "walk.h"
snapshot |
snapshot |#define KES_CHUNK	SZ_256K
snapshot |
snapshot |static_assert(KES_CHUNK > 2 * KES_VCPU_MAX - 1);
snapshot |
snapshot |struct kes_chunk {
snapshot |	struct list_head node;
snapshot |	size_t size;
snapshot |	size_t used;
snapshot |	u64 bytes[];
snapshot |};
snapshot |
snapshot |void kes_snapshot_init(struct kes_snapshot *snapshot)
snapshot |{
snapshot |	INIT_LIST_HEAD(&snapshot->chunks);
snapshot |	snapshot->size = 0;
snapshot |}
snapshot |
snapshot |static void kes_free_chunks_after(struct kes_snapshot *snapshot,
snapshot |				  const struct kes_chunk *last)
snapshot |{
snapshot |	struct kes_chunk *chunk;
snapshot |
snapshot |	for (;;) {
snapshot |		chunk = list_last_entry(&snapshot->chunks, struct kes_chunk,
snapshot |					node);
snapshot |		if (chunk == last)
snapshot |			break;
snapshot |		list_del(&chunk->node);
snapshot |		kvfree(chunk);
snapshot |	}
snapshot |}
snapshot |
snapshot |void kes_snapshot_free(struct kes_snapshot *snapshot)
snapshot |{
snapshot |	struct kes_chunk *chunk, *next;
snapshot |
snapshot |	list_for_each_entry_safe(chunk, next, &snapshot->chunks, node)
snapshot |		kvfree(chunk);
snapshot |	kes_snapshot_init(snapshot);
snapshot |}
snapshot |
snapshot |ssize_t kes_snapshot_copy(const struct kes_snapshot *snapshot, char __user *to,
snapshot |			  size_t size, loff_t *pos)
snapshot |{
snapshot |	const struct kes_chunk *chunk;
snapshot |	size_t copied = 0, begin = 0;
snapshot |
snapshot |	list_for_each_entry(chunk, &snapshot->chunks, node) {
snapshot |		loff_t at = *pos + copied - begin;
snapshot |		ssize_t n;
snapshot |
snapshot |		begin += chunk->used;
snapshot |		if (at >= chunk->used || copied == size)
snapshot |			continue;
snapshot |		n = min_t(size_t, chunk->used - at, size - copied);
snapshot |		if (copy_to_user(to + copied, (void *)chunk->bytes + at, n))
snapshot |			return -EFAULT;
snapshot |		copied += n;
snapshot |	}
snapshot |	*pos += copied;
snapshot |	return copied;
snapshot |}
snapshot |
snapshot |/* Begin a new chunk with room for @size. */
snapshot |static int kes_new_chunk(struct kes_snapshot *snapshot, struct kes_writer *w,
snapshot |			 size_t size)
snapshot |{
snapshot |	struct kes_chunk *chunk;
snapshot |
snapshot |	size = max_t(size_t, size, KES_CHUNK - sizeof(*chunk));
snapshot |	chunk = kvmalloc(sizeof(*chunk) + size, GFP_KERNEL_ACCOUNT);
snapshot |	if (!chunk)
snapshot |		return -ENOMEM;
snapshot |	chunk->size = size;
snapshot |	chunk->used = 0;
snapshot |	list_add_tail(&chunk->node, &snapshot->chunks);
snapshot |	w->buf = chunk->bytes;
snapshot |	w->size = size;
snapshot |	w->used = 0;
snapshot |	return 0;
snapshot |}
snapshot |
snapshot |static struct kes_chunk *kes_last_chunk(const struct kes_snapshot *snapshot)
snapshot |{
snapshot |	return list_last_entry(&snapshot->chunks, struct kes_chunk, node);
snapshot |}
snapshot |
snapshot |static int kes_need_room(struct kes_snapshot *snapshot, struct kes_writer *w,
snapshot |			 size_t size)
snapshot |{
snapshot |	kes_last_chunk(snapshot)->used = w->used;
snapshot |	return w->size - w->used < size ? kes_new_chunk(snapshot, w, size) : 0;
snapshot |}
snapshot |
snapshot |/* @destroyed_ns: when the counts were read, the VM was destroyed, or 0 */
snapshot |static void kes_fill_vm(struct kes_vm_record *rec, const struct kes_vm *vm,
snapshot |			u64 destroyed_ns, u32 nr_vcpus)
snapshot |{
snapshot |	rec->vm_id = vm->id;
snapshot |	rec->created_ns = vm->created_ns;
snapshot |	rec->destroyed_ns = destroyed_ns;
snapshot |	rec->pid = vm->pid;
snapshot |	rec->flags = destroyed_ns ? KES_VM_DESTROYED : 0;
snapshot |	rec->nr_vcpus = nr_vcpus;
vms      |	rec->groups = destroyed_ns ? 0 : kes_groups_of(vm);
snapshot |	strscpy(rec->comm, vm->comm, sizeof(rec->comm));
snapshot |}
snapshot |
changes  |/* Write the vCPU after @hot, or see kes_changes_put_next(). */
changes  |static struct kes_hot *kes_put_next_vcpu(struct kes_writer *w,
changes  |					 const struct kes_vm *vm,
changes  |					 struct kes_hot *hot,
changes  |					 struct kes_changes *changes)
changes  |{
changes  |	if (changes)
changes  |		return kes_changes_put_next(changes, w, vm, hot);
changes  |	hot = kes_next_vcpu(vm, hot);
changes  |	if (hot)
changes  |		kes_put_vcpu(w, hot);
changes  |	return hot;
changes  |}
changes  |
snapshot |/* -ESTALE: the VM was destroyed. */
snapshot |static int kes_put_live_vcpus(struct kes_snapshot *snapshot,
snapshot-changes|			      struct kes_writer *w, struct kes_vm *vm)
changes  |			      struct kes_writer *w, struct kes_vm *vm,
changes  |			      struct kes_changes *changes)
snapshot |{
snapshot |	struct kes_hot *hot = NULL;
snapshot |	int ret;
snapshot |
snapshot |	do {
snapshot |		ret = kes_need_room(snapshot, w, KES_VCPU_MAX);
snapshot |		if (ret)
snapshot |			return ret;
changes  |		if (changes)
changes  |			kes_changes_prepare(changes);
snapshot |		mutex_lock(&vm->lock);
snapshot |		if (vm->destroyed_ns)
snapshot |			ret = -ESTALE;
snapshot |		else
snapshot-changes|			hot = kes_next_vcpu(vm, hot);
snapshot-changes|		if (!ret && hot)
snapshot-changes|			kes_put_vcpu(w, hot);
changes  |			hot = kes_put_next_vcpu(w, vm, hot, changes);
snapshot |		mutex_unlock(&vm->lock);
snapshot |		cond_resched();
snapshot |	} while (!ret && hot);
snapshot |	return ret;
snapshot |}
snapshot |
snapshot |static int kes_put_vcpus_of(struct kes_snapshot *snapshot, struct kes_writer *w,
snapshot-changes|			    struct kes_vm *vm, u64 destroyed_ns)
changes  |			    struct kes_vm *vm, u64 destroyed_ns,
changes  |			    struct kes_changes *changes)
snapshot |{
snapshot |	struct kes_vm_record *rec = kes_begin(w, KES_REC_VM, sizeof(*rec));
snapshot |	u32 before = w->nr_vcpus;
snapshot |	int ret = 0;
snapshot |
snapshot |	/* Nothing changes in a destroyed VM. */
snapshot |	if (destroyed_ns)
snapshot |		kes_put_final(w, vm->final);
snapshot |	else
snapshot-changes|		ret = kes_put_live_vcpus(snapshot, w, vm);
changes  |		ret = kes_put_live_vcpus(snapshot, w, vm, changes);
snapshot |	kes_fill_vm(rec, vm, destroyed_ns, w->nr_vcpus - before);
snapshot |	return ret;
snapshot |}
snapshot |
snapshot-changes|/* Continue at @used in @chunk, without what was written after it. */
snapshot-changes|static void kes_rewind(struct kes_snapshot *snapshot, struct kes_writer *w,
snapshot-changes|		       struct kes_chunk *chunk, size_t used)
changes  |/* What is written after a place can be undone. */
changes  |struct kes_place {
changes  |	struct kes_chunk *chunk;
changes  |	size_t used;
changes  |	u32 nr_records;
changes  |	u32 nr_vcpus;
changes  |};
changes  |
changes  |static struct kes_place kes_place(const struct kes_snapshot *snapshot,
changes  |				  const struct kes_writer *w)
snapshot |{
snapshot-changes|	kes_free_chunks_after(snapshot, chunk);
snapshot-changes|	w->buf = chunk->bytes;
snapshot-changes|	w->size = chunk->size;
snapshot-changes|	w->used = used;
changes  |	return (struct kes_place){
changes  |		.chunk = kes_last_chunk(snapshot),
changes  |		.used = w->used,
changes  |		.nr_records = w->nr_records,
changes  |		.nr_vcpus = w->nr_vcpus,
changes  |	};
changes  |}
changes  |
changes  |static void kes_return_to(struct kes_snapshot *snapshot, struct kes_writer *w,
changes  |			  const struct kes_place *place)
changes  |{
changes  |	kes_free_chunks_after(snapshot, place->chunk);
changes  |	w->buf = place->chunk->bytes;
changes  |	w->size = place->chunk->size;
changes  |	w->used = place->used;
changes  |	w->nr_records = place->nr_records;
changes  |	w->nr_vcpus = place->nr_vcpus;
changes  |}
changes  |
changes  |/* Return whether there is nothing to write of a VM that was destroyed. */
changes  |static bool kes_skips_final(const struct kes_vm *vm,
changes  |			    const struct kes_changes *changes)
changes  |{
changes  |	return !vm->final || (changes && !kes_changes_wants_final(changes));
snapshot |}
snapshot |
snapshot |/* Write a VM as it is now: again, if it is destroyed at the same time. */
snapshot |static int kes_put_vm(struct kes_snapshot *snapshot, struct kes_writer *w,
snapshot-changes|		      struct kes_vm *vm, u32 *nr_vms)
changes  |		      struct kes_vm *vm, struct kes_changes *changes,
changes  |		      u32 *nr_vms)
snapshot |{
snapshot-changes|	u32 records = w->nr_records, vcpus = w->nr_vcpus;
snapshot-changes|	struct kes_chunk *chunk;
snapshot-changes|	size_t used, room;
changes  |	struct kes_place place;
snapshot |	u64 destroyed_ns;
changes  |	size_t room;
snapshot |	int ret;
snapshot |
snapshot |	for (;;) {
snapshot |		mutex_lock(&vm->lock);
snapshot |		destroyed_ns = vm->destroyed_ns;
snapshot-changes|		room = kes_final_size(vm->final);
snapshot |		mutex_unlock(&vm->lock);
snapshot-changes|		if (destroyed_ns && !room)
changes  |		if (destroyed_ns && kes_skips_final(vm, changes))
snapshot |			return 0;
changes  |		room = destroyed_ns ? kes_final_size(vm->final) : 0;
snapshot |		ret = kes_need_room(snapshot, w, KES_VCPU_MAX + room);
snapshot |		if (ret)
snapshot |			return ret;
snapshot-changes|		chunk = kes_last_chunk(snapshot);
snapshot-changes|		used = w->used;
snapshot-changes|		ret = kes_put_vcpus_of(snapshot, w, vm, destroyed_ns);
changes  |		place = kes_place(snapshot, w);
changes  |		ret = kes_put_vcpus_of(snapshot, w, vm, destroyed_ns, changes);
snapshot |		if (ret != -ESTALE)
snapshot |			break;
snapshot-changes|		kes_rewind(snapshot, w, chunk, used);
snapshot-changes|		w->nr_records = records;
snapshot-changes|		w->nr_vcpus = vcpus;
changes  |		kes_return_to(snapshot, w, &place);
snapshot |	}
snapshot-changes|	(*nr_vms)++;
changes  |	if (!ret && changes && !kes_changes_end_vm(changes, vm, destroyed_ns) &&
changes  |	    w->nr_vcpus == place.nr_vcpus)
changes  |		kes_return_to(snapshot, w, &place);
changes  |	else
changes  |		(*nr_vms)++;
snapshot |	return ret;
changes  |}
changes  |
changes  |/* Records of VMs before @vm that are gone, or of the rest if NULL */
changes  |static int kes_put_gone_vms(struct kes_snapshot *snapshot, struct kes_writer *w,
changes  |			    const struct kes_vm *vm, struct kes_changes *changes,
changes  |			    u32 *nr_vms)
changes  |{
changes  |	int ret;
changes  |
changes  |	do {
changes  |		ret = kes_need_room(snapshot, w, KES_VCPU_MAX);
changes  |		if (!ret)
changes  |			ret = kes_changes_next_vm(changes, w, vm, nr_vms);
changes  |	} while (ret > 0);
changes  |	return ret;
changes  |}
changes  |
changes  |static int kes_put_vms(struct kes_snapshot *snapshot, struct kes_writer *w,
changes  |		       struct kes_changes *changes, u32 *nr_vms)
changes  |{
changes  |	struct kes_vm *vm;
changes  |	int ret = 0;
changes  |
changes  |	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm)) {
changes  |		if (changes)
changes  |			ret = kes_put_gone_vms(snapshot, w, vm, changes, nr_vms);
changes  |		if (!ret)
changes  |			ret = kes_put_vm(snapshot, w, vm, changes, nr_vms);
changes  |		if (ret)
changes  |			return ret;
changes  |	}
changes  |	return changes ? kes_put_gone_vms(snapshot, w, NULL, changes, nr_vms) : 0;
snapshot |}
snapshot |
snapshot |static void kes_fill_header(struct kes_header *header,
snapshot |			    const struct kes_writer *w, size_t size, u32 nr_vms)
snapshot |{
snapshot |	header->now_cyc = rdtsc();
snapshot |	header->end_ns = ktime_get_ns();
snapshot |	header->magic = KES_MAGIC;
snapshot |	header->version = KES_VERSION;
snapshot |	header->header_size = sizeof(*header);
snapshot |	header->size = size;
reset    |	header->generation = kes.generation;
reset    |	header->reset_ns = kes.reset_ns;
snapshot |	header->isa = kes.isa;
snapshot |	header->source = kes.feed->source;
snapshot |	header->groups = kes_groups();
snapshot-time|	header->groups_known = KES_GROUP_COUNT;
time-histogram|	header->groups_known = KES_GROUP_COUNT | KES_GROUP_TIME;
histogram-detail|	header->groups_known = KES_GROUP_COUNT | KES_GROUP_TIME |
histogram-detail|			       KES_GROUP_HISTOGRAM;
detail   |	header->groups_known = KES_GROUP_COUNT | KES_GROUP_TIME |
detail   |			       KES_GROUP_HISTOGRAM | KES_GROUP_DETAIL;
snapshot |	header->fields = kes.feed->fields;
snapshot |	header->nr_records = w->nr_records;
snapshot |	header->nr_vms = nr_vms;
snapshot |	header->switches = kes.switches;
snapshot |	header->tsc_khz = tsc_khz;
snapshot |	header->lost = atomic64_read(&kes.lost);
snapshot |	header->flags = check_tsc_unstable() ? KES_FLAG_TSC_UNSTABLE : 0;
snapshot |}
snapshot |
snapshot |static void kes_add_up(struct kes_snapshot *snapshot)
snapshot |{
snapshot |	const struct kes_chunk *chunk;
snapshot |
snapshot |	list_for_each_entry(chunk, &snapshot->chunks, node)
snapshot |		snapshot->size += chunk->used;
snapshot |}
snapshot |
snapshot-changes|static int kes_put_all(struct kes_snapshot *snapshot, struct kes_writer *w)
changes  |static int kes_put_all(struct kes_snapshot *snapshot, struct kes_writer *w,
changes  |		       struct kes_changes *changes)
snapshot |{
snapshot |	struct kes_header *header;
snapshot-changes|	struct kes_vm *vm;
snapshot |	u32 nr_vms = 0;
snapshot |	int ret;
snapshot |
snapshot |	ret = kes_new_chunk(snapshot, w, 0);
snapshot |	if (ret)
snapshot |		return ret;
snapshot |	header = kes_reserve(w, sizeof(*header));
snapshot |	header->begin_ns = ktime_get_ns();
snapshot |	kes_put_counts(w, KES_REC_EVICTED, NULL, &kes.evicted);
reset    |	if (kes.generation)
reset    |		kes_put_counts(w, KES_REC_BASELINE, NULL, &kes.evicted_base);
snapshot-changes|	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm)) {
snapshot-changes|		ret = kes_put_vm(snapshot, w, vm, &nr_vms);
snapshot-changes|		if (ret)
snapshot-changes|			return ret;
snapshot-changes|	}
changes  |	if (changes)
changes  |		kes_changes_begin(changes);
changes  |	ret = kes_put_vms(snapshot, w, changes, &nr_vms);
changes  |	if (ret)
changes  |		return ret;
snapshot |	kes_last_chunk(snapshot)->used = w->used;
snapshot |	kes_add_up(snapshot);
snapshot |	kes_fill_header(header, w, snapshot->size, nr_vms);
changes  |	if (changes)
changes  |		kes_changes_end(changes, header);
snapshot |	return 0;
snapshot |}
snapshot |
snapshot-changes|int kes_snapshot_take(struct kes_snapshot *snapshot)
changes  |int kes_snapshot_take(struct kes_snapshot *snapshot,
changes  |		      struct kes_changes *changes)
snapshot |{
snapshot |	struct kes_writer *w = kvzalloc(sizeof(*w), GFP_KERNEL);
snapshot |	int ret = -ENOMEM;
snapshot |
snapshot |	kes_snapshot_free(snapshot);
snapshot |	if (w) {
snapshot |		kes_walk_begin();
snapshot-changes|		ret = kes_put_all(snapshot, w);
changes  |		ret = kes_put_all(snapshot, w, changes);
snapshot |		kes_walk_end();
snapshot |		kvfree(w);
snapshot |	}
snapshot |	if (ret)
snapshot |		kes_snapshot_free(snapshot);
changes  |	if (ret && changes)
changes  |		kes_changes_forget(changes);
snapshot |	return ret;
snapshot |}

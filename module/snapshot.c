// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the binary snapshot, see <asm/kvm_exit_stats.h>.
 *
 * Written in one pass into a buffer sized by a first one. Guests go on
 * counting in between, so that a reason may turn up that the first pass did
 * not see: each vCPU has a few places to spare, and if those are not enough
 * the whole thing starts over.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "engine.h"

#define KES_SPARE_EXITS	4

struct kes_writer {
	void *buf;
	size_t size;
	size_t used;
	u32 nr_records;
	u32 nr_vms;
	bool full;
};

static void *kes_reserve(struct kes_writer *w, size_t size)
{
	void *p = w->buf + w->used;

	if (w->full || size > w->size - w->used) {
		w->full = true;
		return NULL;
	}
	w->used += size;
	memset(p, 0, size);
	return p;
}

static void *kes_begin(struct kes_writer *w, u32 type, size_t size)
{
	struct kes_record *rec = kes_reserve(w, size);

	if (rec) {
		rec->type = type;
		rec->size = size;
		w->nr_records++;
	}
	return rec;
}

static unsigned int kes_nr_exits(const struct kes_counts *counts)
{
	unsigned int slot, nr = 0;

	for (slot = 0; slot < KES_NR_SLOTS; slot++)
		nr += READ_ONCE(counts->n[KES_L1][slot]) ||
		      READ_ONCE(counts->n[KES_L2][slot]);
	return nr;
}

static void kes_put_exits(struct kes_writer *w, struct kes_vcpu_record *rec,
			  const struct kes_counts *counts)
{
	unsigned int nr, slot;
	const struct kes_reason *reasons = kes_reasons(kes.isa, &nr);

	for (slot = 0; slot < nr; slot++) {
		u64 l1 = READ_ONCE(counts->n[KES_L1][slot]);
		u64 l2 = READ_ONCE(counts->n[KES_L2][slot]);
		struct kes_exit *exit;

		if (!l1 && !l2)
			continue;
		exit = kes_reserve(w, sizeof(*exit));
		if (!exit)
			return;
		exit->code = reasons[slot].code;
		exit->l1 = l1;
		exit->l2 = l2;
		rec->nr_exits++;
		rec->rec.size += sizeof(*exit);
	}
}

static void kes_put_counts(struct kes_writer *w, u32 type, u64 vm_id, u32 id,
			   const struct kes_counts *counts)
{
	struct kes_vcpu_record *rec = kes_begin(w, type, sizeof(*rec));

	if (!rec)
		return;
	rec->vm_id = vm_id;
	rec->vcpu_id = id;
	rec->exit_size = sizeof(struct kes_exit);
	rec->unknown_last = READ_ONCE(counts->unknown_last);
	kes_put_exits(w, rec, counts);
}

static void kes_put_vm(struct kes_writer *w, const struct kes_vm *vm)
{
	struct kes_vm_record *rec = kes_begin(w, KES_REC_VM, sizeof(*rec));
	const struct kes_vcpu *vcpu;

	if (!rec)
		return;
	rec->vm_id = vm->id;
	rec->created_ns = vm->created_ns;
	rec->died_ns = vm->died_ns;
	rec->pid = vm->pid;
	rec->flags = vm->died_ns ? KES_VM_DEAD : 0;
	rec->nr_vcpus = vm->nr_vcpus;
	strscpy(rec->comm, vm->comm, sizeof(rec->comm));
	w->nr_vms++;

	list_for_each_entry(vcpu, &vm->vcpus, node) {
		kes_put_counts(w, KES_REC_VCPU, vm->id, vcpu->id,
			       &vcpu->counts);
		if (vcpu->base)
			kes_put_counts(w, KES_REC_BASELINE, vm->id, vcpu->id,
				       vcpu->base);
	}
}

static void kes_put_all(struct kes_writer *w)
{
	struct kes_header *header = kes_reserve(w, sizeof(*header));
	const struct kes_vm *vm;

	if (!header)
		return;
	header->begin_ns = ktime_get_ns();
	kes_put_counts(w, KES_REC_RETIRED, 0, 0, &kes.retired);
	if (kes.generation)
		kes_put_counts(w, KES_REC_BASELINE, 0, 0, &kes.retired_base);
	list_for_each_entry(vm, &kes.vms, node)
		kes_put_vm(w, vm);
	header->end_ns = ktime_get_ns();

	header->magic = KES_MAGIC;
	header->version = KES_VERSION;
	header->header_size = sizeof(*header);
	header->size = w->used;
	header->generation = kes.generation;
	header->reset_ns = kes.reset_ns;
	header->isa = kes.isa;
	header->source = KES_SOURCE_PATCHED;
	header->groups = kes_count_is_on() ? KES_GROUP_COUNT : 0;
	header->groups_known = KES_GROUP_COUNT;
	header->fields = KES_FIELD_CONTEXT;
	header->nr_records = w->nr_records;
	header->nr_vms = w->nr_vms;
}

static size_t kes_counts_size(const struct kes_counts *counts)
{
	return sizeof(struct kes_vcpu_record) +
	       (kes_nr_exits(counts) + KES_SPARE_EXITS) *
	       sizeof(struct kes_exit);
}

static size_t kes_snapshot_size(void)
{
	size_t size = sizeof(struct kes_header) +
		      kes_counts_size(&kes.retired) +
		      kes_counts_size(&kes.retired_base);
	const struct kes_vcpu *vcpu;
	const struct kes_vm *vm;

	list_for_each_entry(vm, &kes.vms, node) {
		size += sizeof(struct kes_vm_record);
		list_for_each_entry(vcpu, &vm->vcpus, node) {
			size += kes_counts_size(&vcpu->counts);
			if (vcpu->base)
				size += kes_counts_size(vcpu->base);
		}
	}
	return size;
}

static int kes_try_snapshot(struct kes_writer *w)
{
	*w = (struct kes_writer){ .size = kes_snapshot_size() };
	w->buf = kvmalloc(w->size, GFP_KERNEL);
	if (!w->buf)
		return -ENOMEM;
	kes_put_all(w);
	if (!w->full)
		return 0;
	kvfree(w->buf);
	return -EAGAIN;
}

ssize_t kes_snapshot(void **buf)
{
	struct kes_writer w;
	int ret;

	mutex_lock(&kes_lock);
	do {
		ret = kes_try_snapshot(&w);
	} while (ret == -EAGAIN);
	mutex_unlock(&kes_lock);
	if (ret)
		return ret;
	*buf = w.buf;
	return w.used;
}

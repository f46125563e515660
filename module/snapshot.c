// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the binary snapshot, see <asm/kvm_exit_stats.h>.
 *
 * A first pass computes the size of the buffer, a second one fills it. Guests
 * keep counting in between, so the second pass may find reasons that the first
 * did not. The buffer has room for a few more reasons per vCPU; if that is not
 * enough, the snapshot is started again.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include <asm/tsc.h>

#include "detail.h"
#include "engine.h"
#include "groups.h"
#include "snapshot.h"
#include "sums.h"
#include "time.h"

/* Room for new reasons between the two passes, per vCPU */
#define KES_SPARE	4

/* @rec: the current record; all records of a vCPU share its first members */
struct kes_writer {
	void *buf;
	size_t size;
	size_t used;
	u32 nr_records;
	u32 nr_vms;
	bool full;
	struct kes_userspace_record *rec;
};

#define KES_ASSERT_NR(type, member) \
	static_assert(offsetof(struct type, member) == \
		      offsetof(struct kes_userspace_record, nr))
KES_ASSERT_NR(kes_vcpu_record, nr_exits);
KES_ASSERT_NR(kes_nested_record, nr);
KES_ASSERT_NR(kes_time_record, nr);
KES_ASSERT_NR(kes_histogram_record, nr);
KES_ASSERT_NR(kes_detail_record, nr);

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

/* @vcpu: NULL for a sum */
static void *kes_begin_vcpu(struct kes_writer *w, u32 type, size_t size,
			    const struct kes_vcpu *vcpu)
{
	struct kes_userspace_record *rec = kes_begin(w, type, size);

	if (rec && vcpu) {
		rec->vm_id = vcpu->vm->id;
		rec->vcpu_id = vcpu->id;
	}
	w->rec = rec;
	return rec;
}

/* Append an entry to the current record. */
static void *kes_append(struct kes_writer *w, size_t size)
{
	void *p = kes_reserve(w, size);

	if (p) {
		w->rec->rec.size += size;
		w->rec->nr++;
	}
	return p;
}

static u64 kes_code(unsigned int slot)
{
	const struct kes_reason *reason;

	if (slot == KES_SLOT_EMULATED)
		return KES_CODE_EMULATED;
	if (slot == KES_SLOT_ENTRY_FAILED)
		return KES_CODE_ENTRY_FAILED;
	reason = kes_reason(kes.isa, slot);
	return reason ? reason->code : KES_CODE_NONE;
}

static unsigned int kes_nr_exits(const struct kes_counts *counts)
{
	unsigned int slot, nr = 0;

	for (slot = 0; slot < KES_NR_SLOTS; slot++)
		nr += kes_slot_total(counts, slot) != 0;
	return nr;
}

static void kes_put_exits(struct kes_writer *w, const struct kes_counts *counts)
{
	unsigned int slot;

	for (slot = 0; slot < KES_NR_SLOTS; slot++) {
		struct kes_exit *exit;

		if (!kes_slot_total(counts, slot))
			continue;
		exit = kes_append(w, sizeof(*exit));
		if (!exit)
			return;
		exit->code = kes_code(slot);
		exit->l1 = counts->l1[KES_EXITS][slot];
		exit->l2 = counts->l2[KES_EXITS][slot];
		exit->reflected = counts->l2[KES_REFLECTED][slot];
		exit->fastpath = counts->l1[KES_FASTPATH][slot] +
				 counts->l2[KES_FASTPATH][slot];
		exit->userspace = counts->l1[KES_USERSPACE][slot] +
				  counts->l2[KES_USERSPACE][slot];
	}
}

static void kes_put_counts(struct kes_writer *w, u32 type,
			   const struct kes_vcpu *vcpu,
			   const struct kes_counts *counts)
{
	struct kes_vcpu_record *rec = kes_begin_vcpu(w, type, sizeof(*rec), vcpu);

	if (!rec)
		return;
	rec->exit_size = sizeof(struct kes_exit);
	rec->unknown_last = counts->unknown_last;
	rec->attempts = counts->entries.attempts;
	rec->entry_failed = counts->entries.failed;
	rec->entry_emulated = counts->entries.emulated;
	kes_put_exits(w, counts);
}

/* Return kes_userspace.reason. */
static u32 kes_userspace_reason(unsigned int i)
{
	switch (i) {
	case KES_RETURN_ERROR:
		return KES_USERSPACE_ERRNO;
	case KES_RETURN_EAGAIN:
		return KES_USERSPACE_ERRNO | EAGAIN;
	case KES_RETURN_EFAULT:
		return KES_USERSPACE_ERRNO | EFAULT;
	case KES_RETURN_EHWPOISON:
		return KES_USERSPACE_ERRNO | EHWPOISON;
	default:
		return i;
	}
}

static void kes_put_userspace(struct kes_writer *w, const struct kes_vcpu *vcpu)
{
	unsigned int i;

	kes_begin_vcpu(w, KES_REC_USERSPACE,
		       sizeof(struct kes_userspace_record), vcpu);
	for (i = 0; i < KES_NR_USERSPACE; i++) {
		u64 count = READ_ONCE(vcpu->userspace[i]);
		struct kes_userspace *entry;

		if (!count)
			continue;
		entry = kes_append(w, sizeof(*entry));
		if (!entry)
			return;
		entry->reason = kes_userspace_reason(i);
		entry->count = count;
	}
}

static unsigned int kes_nr_received(const struct kes_counts *counts)
{
	unsigned int slot, nr = 0;

	for (slot = 0; slot < KES_NR_SLOTS; slot++)
		nr += counts->l2[KES_RECEIVED][slot] != 0;
	return nr;
}

/* Exits that L1 received. There is no record if L1 never received one. */
static void kes_put_nested(struct kes_writer *w, const struct kes_vcpu *vcpu,
			   const struct kes_counts *counts)
{
	struct kes_nested *entry;
	unsigned int slot;

	if (!kes_nr_received(counts))
		return;
	kes_begin_vcpu(w, KES_REC_NESTED, sizeof(struct kes_nested_record),
		       vcpu);
	for (slot = 0; slot < KES_NR_SLOTS; slot++) {
		if (!counts->l2[KES_RECEIVED][slot])
			continue;
		entry = kes_append(w, sizeof(*entry));
		if (!entry)
			return;
		entry->code = kes_code(slot);
		entry->count = counts->l2[KES_RECEIVED][slot];
	}
}

static_assert(offsetof(struct kes_time_exit, cyc) == sizeof(u64));
static_assert(offsetof(struct kes_histogram_exit, bucket) == sizeof(u64));

/* Append an entry of @size: the code and @nr numbers; skip it if all are 0. */
static void *kes_put_numbers(struct kes_writer *w, size_t size,
			     unsigned int slot, const u64 *numbers, size_t nr)
{
	u64 *entry, any = 0;
	size_t i;

	for (i = 0; i < nr; i++)
		any |= READ_ONCE(numbers[i]);
	entry = any ? kes_append(w, size) : NULL;
	if (!entry)
		return NULL;
	entry[0] = kes_code(slot);
	for (i = 0; i < nr; i++)
		entry[i + 1] = READ_ONCE(numbers[i]);
	return entry;
}

/* The times of the current vCPU; kes_lock */
static struct kes_time kes_time_now;

static void kes_put_time(struct kes_writer *w, const struct kes_vcpu *vcpu)
{
	const struct kes_time *time = &kes_time_now;
	struct kes_time_record *rec;
	struct kes_time_exit *exit;
	unsigned int slot;

	if (!vcpu->time)
		return;
	kes_time_copy(&kes_time_now, vcpu->time);
	rec = kes_begin_vcpu(w, KES_REC_TIME, sizeof(*rec), vcpu);
	if (!rec)
		return;
	rec->first_cyc = time->first_cyc;
	rec->last_cyc = time->last_cyc;
	rec->state = time->state;
	rec->state_code = kes_code(time->slot);
	rec->guest_cyc = time->guest_cyc;
	rec->backwards = time->backwards;
	for (slot = 0; slot < KES_NR_TIME_SLOTS; slot++) {
		exit = kes_put_numbers(w, sizeof(*exit), slot, time->cyc[slot],
				       ARRAY_SIZE(time->cyc[slot]));
		if (exit)
			exit->max_cyc = time->max_cyc[slot];
	}
}

static void kes_put_histogram(struct kes_writer *w, const struct kes_vcpu *vcpu)
{
	const struct kes_histogram *histogram;
	unsigned int slot;

	histogram = vcpu->time ? vcpu->time->histogram : NULL;
	if (!histogram)
		return;
	kes_begin_vcpu(w, KES_REC_HISTOGRAM,
		       sizeof(struct kes_histogram_record), vcpu);
	for (slot = 0; slot < KES_NR_TIME_SLOTS; slot++)
		kes_put_numbers(w, sizeof(struct kes_histogram_exit), slot,
				histogram->n[slot], KES_NR_BUCKETS);
}

static void kes_put_value(struct kes_writer *w, struct kes_detail_value value)
{
	struct kes_detail_value *entry;

	entry = value.count ? kes_append(w, sizeof(*entry)) : NULL;
	if (entry)
		*entry = value;
}

static void kes_put_pairs(struct kes_writer *w, const struct kes_detail *detail)
{
	struct kes_pair pair;
	unsigned int i;
	u32 error;

	for (i = 0; i < KES_NR_PAIRS; i++)
		if (kes_detail_read(detail, i, &pair, &error))
			kes_put_value(w, (struct kes_detail_value) {
				.code = kes_code(kes_key_slot(pair.key)),
				.value = pair.key & KES_VALUE_MASK,
				.count = pair.count,
				.flags = error ? KES_DETAIL_AT_LEAST : 0,
			});
}

static void kes_put_detail(struct kes_writer *w, const struct kes_vcpu *vcpu)
{
	const struct kes_detail *detail = vcpu->detail;
	unsigned int i;

	if (!detail)
		return;
	kes_begin_vcpu(w, KES_REC_DETAIL, sizeof(struct kes_detail_record), vcpu);
	kes_put_pairs(w, detail);
	for (i = 0; i < KES_DETAIL_REASONS; i++)
		kes_put_value(w, (struct kes_detail_value) {
			.code = kes_code(READ_ONCE(detail->slot[i]) - 1),
			.count = READ_ONCE(detail->other[i]),
			.flags = KES_DETAIL_OTHER,
		});
}

static void kes_put_vcpu(struct kes_writer *w, const struct kes_vcpu *vcpu)
{
	kes_copy_vcpu(&kes.scratch, vcpu);
	kes_put_counts(w, KES_REC_VCPU, vcpu, &kes.scratch);
	if (vcpu->base)
		kes_put_counts(w, KES_REC_BASELINE, vcpu, vcpu->base);
	kes_put_userspace(w, vcpu);
	kes_put_nested(w, vcpu, &kes.scratch);
	kes_put_time(w, vcpu);
	kes_put_histogram(w, vcpu);
	kes_put_detail(w, vcpu);
}

static void kes_put_vm(struct kes_writer *w, const struct kes_vm *vm)
{
	struct kes_vm_record *rec = kes_begin(w, KES_REC_VM, sizeof(*rec));
	const struct kes_vcpu *vcpu;

	if (!rec)
		return;
	rec->vm_id = vm->id;
	rec->created_ns = vm->created_ns;
	rec->destroyed_ns = vm->destroyed_ns;
	rec->pid = vm->pid;
	rec->flags = vm->destroyed_ns ? KES_VM_DESTROYED : 0;
	rec->nr_vcpus = vm->nr_vcpus;
	strscpy(rec->comm, vm->comm, sizeof(rec->comm));
	w->nr_vms++;

	list_for_each_entry(vcpu, &vm->vcpus, node)
		kes_put_vcpu(w, vcpu);
}

static void kes_put_all(struct kes_writer *w)
{
	struct kes_header *header = kes_reserve(w, sizeof(*header));
	const struct kes_vm *vm;

	if (!header)
		return;
	header->begin_ns = ktime_get_ns();
	kes_put_counts(w, KES_REC_EVICTED, NULL, &kes.evicted);
	if (kes.generation)
		kes_put_counts(w, KES_REC_BASELINE, NULL, &kes.evicted_base);
	list_for_each_entry(vm, &kes.vms, node)
		kes_put_vm(w, vm);
	header->now_cyc = rdtsc();
	header->end_ns = ktime_get_ns();

	header->magic = KES_MAGIC;
	header->version = KES_VERSION;
	header->header_size = sizeof(*header);
	header->size = w->used;
	header->generation = kes.generation;
	header->reset_ns = kes.reset_ns;
	header->isa = kes.isa;
	header->source = kes.feed->source;
	header->groups = kes_groups();
	header->groups_known = KES_GROUP_COUNT | KES_GROUP_TIME |
			       KES_GROUP_HISTOGRAM | KES_GROUP_DETAIL;
	header->fields = kes.feed->fields;
	header->nr_records = w->nr_records;
	header->nr_vms = w->nr_vms;
	header->switches = kes.switches;
	header->tsc_khz = tsc_khz;
	header->lost = atomic64_read(&kes.lost);
	header->flags = check_tsc_unstable() ? KES_FLAG_TSC_UNSTABLE : 0;
}

/* Size of the record for @counts, with room for new reasons. */
static size_t kes_exits_size(const struct kes_counts *counts)
{
	return sizeof(struct kes_vcpu_record) +
	       (kes_nr_exits(counts) + KES_SPARE) * sizeof(struct kes_exit);
}

static size_t kes_vcpu_size(const struct kes_vcpu *vcpu)
{
	unsigned int nr;
	size_t size;

	kes_copy_vcpu(&kes.scratch, vcpu);
	nr = kes_nr_exits(&kes.scratch) + KES_SPARE;
	size = kes_exits_size(&kes.scratch);
	if (vcpu->base)
		size += kes_exits_size(vcpu->base);
	size += sizeof(struct kes_userspace_record) +
		KES_NR_USERSPACE * sizeof(struct kes_userspace);
	size += sizeof(struct kes_nested_record) +
		(kes_nr_received(&kes.scratch) + KES_SPARE) *
		sizeof(struct kes_nested);
	if (vcpu->time)
		size += sizeof(struct kes_time_record) +
			(nr + KES_NR_TIME_SLOTS - KES_NR_SLOTS) *
			sizeof(struct kes_time_exit);
	if (vcpu->time && vcpu->time->histogram)
		size += sizeof(struct kes_histogram_record) +
			(nr + KES_NR_TIME_SLOTS - KES_NR_SLOTS) *
			sizeof(struct kes_histogram_exit);
	if (vcpu->detail)
		size += sizeof(struct kes_detail_record) +
			(KES_NR_PAIRS + KES_DETAIL_REASONS) *
			sizeof(struct kes_detail_value);
	return size;
}

static size_t kes_snapshot_size(void)
{
	size_t size = sizeof(struct kes_header) +
		      kes_exits_size(&kes.evicted) +
		      kes_exits_size(&kes.evicted_base);
	const struct kes_vcpu *vcpu;
	const struct kes_vm *vm;

	list_for_each_entry(vm, &kes.vms, node) {
		size += sizeof(struct kes_vm_record);
		list_for_each_entry(vcpu, &vm->vcpus, node)
			size += kes_vcpu_size(vcpu);
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

	kes_sync();
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

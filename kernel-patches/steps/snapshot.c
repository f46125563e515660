snapshot |// SPDX-License-Identifier: GPL-2.0-only
snapshot |/*
snapshot | * KVM exit statistics: the binary snapshot, see <asm/kvm_exit_stats.h>.
snapshot | *
snapshot | * A first pass computes the size of the buffer, a second one fills it. Guests
snapshot | * keep counting in between, so the second pass may find reasons that the first
snapshot | * did not. The buffer has room for a few more reasons per vCPU; if that is not
snapshot | * enough, the snapshot is started again.
snapshot | */
snapshot |#include <linux/mm.h>
snapshot |#include <linux/slab.h>
snapshot |#include <linux/timekeeping.h>
snapshot |
snapshot |#include <asm/tsc.h>
snapshot |
detail   |#include "detail.h"
snapshot |#include "engine.h"
snapshot |#include "groups.h"
snapshot |#include "snapshot.h"
snapshot |#include "sums.h"
time     |#include "time.h"
snapshot |
snapshot |/* Room for new reasons between the two passes, per vCPU */
snapshot |#define KES_SPARE	4
snapshot |
snapshot |/* @rec: the current record; all records of a vCPU share its first members */
snapshot |struct kes_writer {
snapshot |	void *buf;
snapshot |	size_t size;
snapshot |	size_t used;
snapshot |	u32 nr_records;
snapshot |	u32 nr_vms;
snapshot |	bool full;
snapshot |	struct kes_userspace_record *rec;
snapshot |};
snapshot |
snapshot |#define KES_ASSERT_NR(type, member) \
snapshot |	static_assert(offsetof(struct type, member) == \
snapshot |		      offsetof(struct kes_userspace_record, nr))
snapshot |KES_ASSERT_NR(kes_vcpu_record, nr_exits);
nested   |KES_ASSERT_NR(kes_nested_record, nr);
time     |KES_ASSERT_NR(kes_time_record, nr);
histogram|KES_ASSERT_NR(kes_histogram_record, nr);
detail   |KES_ASSERT_NR(kes_detail_record, nr);
snapshot |
snapshot |static void *kes_reserve(struct kes_writer *w, size_t size)
snapshot |{
snapshot |	void *p = w->buf + w->used;
snapshot |
snapshot |	if (w->full || size > w->size - w->used) {
snapshot |		w->full = true;
snapshot |		return NULL;
snapshot |	}
snapshot |	w->used += size;
snapshot |	memset(p, 0, size);
snapshot |	return p;
snapshot |}
snapshot |
snapshot |static void *kes_begin(struct kes_writer *w, u32 type, size_t size)
snapshot |{
snapshot |	struct kes_record *rec = kes_reserve(w, size);
snapshot |
snapshot |	if (rec) {
snapshot |		rec->type = type;
snapshot |		rec->size = size;
snapshot |		w->nr_records++;
snapshot |	}
snapshot |	return rec;
snapshot |}
snapshot |
snapshot |/* @vcpu: NULL for a sum */
snapshot |static void *kes_begin_vcpu(struct kes_writer *w, u32 type, size_t size,
snapshot |			    const struct kes_vcpu *vcpu)
snapshot |{
snapshot |	struct kes_userspace_record *rec = kes_begin(w, type, size);
snapshot |
snapshot |	if (rec && vcpu) {
snapshot |		rec->vm_id = vcpu->vm->id;
snapshot |		rec->vcpu_id = vcpu->id;
snapshot |	}
snapshot |	w->rec = rec;
snapshot |	return rec;
snapshot |}
snapshot |
snapshot |/* Append an entry to the current record. */
snapshot |static void *kes_append(struct kes_writer *w, size_t size)
snapshot |{
snapshot |	void *p = kes_reserve(w, size);
snapshot |
snapshot |	if (p) {
snapshot |		w->rec->rec.size += size;
snapshot |		w->rec->nr++;
snapshot |	}
snapshot |	return p;
snapshot |}
snapshot |
snapshot |static u64 kes_code(unsigned int slot)
snapshot |{
snapshot |	const struct kes_reason *reason;
snapshot |
time     |	if (slot == KES_SLOT_EMULATED)
time     |		return KES_CODE_EMULATED;
time     |	if (slot == KES_SLOT_ENTRY_FAILED)
time     |		return KES_CODE_ENTRY_FAILED;
snapshot |	reason = kes_reason(kes.isa, slot);
snapshot-time|	return reason ? reason->code : KES_CODE_UNKNOWN;
time     |	return reason ? reason->code : KES_CODE_NONE;
snapshot |}
snapshot |
snapshot |static unsigned int kes_nr_exits(const struct kes_counts *counts)
snapshot |{
snapshot |	unsigned int slot, nr = 0;
snapshot |
snapshot |	for (slot = 0; slot < KES_NR_SLOTS; slot++)
snapshot |		nr += kes_slot_total(counts, slot) != 0;
snapshot |	return nr;
snapshot |}
snapshot |
snapshot |static void kes_put_exits(struct kes_writer *w, const struct kes_counts *counts)
snapshot |{
snapshot |	unsigned int slot;
snapshot |
snapshot |	for (slot = 0; slot < KES_NR_SLOTS; slot++) {
snapshot |		struct kes_exit *exit;
snapshot |
snapshot |		if (!kes_slot_total(counts, slot))
snapshot |			continue;
snapshot |		exit = kes_append(w, sizeof(*exit));
snapshot |		if (!exit)
snapshot |			return;
snapshot |		exit->code = kes_code(slot);
snapshot |		exit->l1 = counts->l1[KES_EXITS][slot];
nested   |		exit->l2 = counts->l2[KES_EXITS][slot];
nested   |		exit->reflected = counts->l2[KES_REFLECTED][slot];
disposition-nested|		exit->fastpath = counts->l1[KES_FASTPATH][slot];
disposition-nested|		exit->userspace = counts->l1[KES_USERSPACE][slot];
nested   |		exit->fastpath = counts->l1[KES_FASTPATH][slot] +
nested   |				 counts->l2[KES_FASTPATH][slot];
nested   |		exit->userspace = counts->l1[KES_USERSPACE][slot] +
nested   |				  counts->l2[KES_USERSPACE][slot];
snapshot |	}
snapshot |}
snapshot |
snapshot |static void kes_put_counts(struct kes_writer *w, u32 type,
snapshot |			   const struct kes_vcpu *vcpu,
snapshot |			   const struct kes_counts *counts)
snapshot |{
snapshot |	struct kes_vcpu_record *rec = kes_begin_vcpu(w, type, sizeof(*rec), vcpu);
snapshot |
snapshot |	if (!rec)
snapshot |		return;
snapshot |	rec->exit_size = sizeof(struct kes_exit);
snapshot |	rec->unknown_last = counts->unknown_last;
disposition|	rec->attempts = counts->entries.attempts;
disposition|	rec->entry_failed = counts->entries.failed;
disposition|	rec->entry_emulated = counts->entries.emulated;
snapshot |	kes_put_exits(w, counts);
snapshot |}
disposition|
disposition|/* Return kes_userspace.reason. */
disposition|static u32 kes_userspace_reason(unsigned int i)
disposition|{
disposition|	switch (i) {
disposition|	case KES_RETURN_ERROR:
disposition|		return KES_USERSPACE_ERRNO;
disposition|	case KES_RETURN_EAGAIN:
disposition|		return KES_USERSPACE_ERRNO | EAGAIN;
disposition|	case KES_RETURN_EFAULT:
disposition|		return KES_USERSPACE_ERRNO | EFAULT;
disposition|	case KES_RETURN_EHWPOISON:
disposition|		return KES_USERSPACE_ERRNO | EHWPOISON;
disposition|	default:
disposition|		return i;
disposition|	}
disposition|}
disposition|
disposition|static void kes_put_userspace(struct kes_writer *w, const struct kes_vcpu *vcpu)
disposition|{
disposition|	unsigned int i;
disposition|
disposition|	kes_begin_vcpu(w, KES_REC_USERSPACE,
disposition|		       sizeof(struct kes_userspace_record), vcpu);
disposition|	for (i = 0; i < KES_NR_USERSPACE; i++) {
disposition|		u64 count = READ_ONCE(vcpu->userspace[i]);
disposition|		struct kes_userspace *entry;
disposition|
disposition|		if (!count)
disposition|			continue;
disposition|		entry = kes_append(w, sizeof(*entry));
disposition|		if (!entry)
disposition|			return;
disposition|		entry->reason = kes_userspace_reason(i);
disposition|		entry->count = count;
disposition|	}
disposition|}
time     |
nested   |static unsigned int kes_nr_received(const struct kes_counts *counts)
nested   |{
nested   |	unsigned int slot, nr = 0;
nested   |
nested   |	for (slot = 0; slot < KES_NR_SLOTS; slot++)
nested   |		nr += counts->l2[KES_RECEIVED][slot] != 0;
nested   |	return nr;
nested   |}
nested   |
nested   |/* Exits that L1 received. There is no record if L1 never received one. */
nested   |static void kes_put_nested(struct kes_writer *w, const struct kes_vcpu *vcpu,
nested   |			   const struct kes_counts *counts)
nested   |{
nested   |	struct kes_nested *entry;
nested   |	unsigned int slot;
nested   |
nested   |	if (!kes_nr_received(counts))
nested   |		return;
nested   |	kes_begin_vcpu(w, KES_REC_NESTED, sizeof(struct kes_nested_record),
nested   |		       vcpu);
nested   |	for (slot = 0; slot < KES_NR_SLOTS; slot++) {
nested   |		if (!counts->l2[KES_RECEIVED][slot])
nested   |			continue;
nested   |		entry = kes_append(w, sizeof(*entry));
nested   |		if (!entry)
nested   |			return;
nested   |		entry->code = kes_code(slot);
nested   |		entry->count = counts->l2[KES_RECEIVED][slot];
nested   |	}
nested   |}
nested   |
time     |static_assert(offsetof(struct kes_time_exit, cyc) == sizeof(u64));
histogram|static_assert(offsetof(struct kes_histogram_exit, bucket) == sizeof(u64));
time     |
time     |/* Append an entry of @size: the code and @nr numbers; skip it if all are 0. */
time     |static void *kes_put_numbers(struct kes_writer *w, size_t size,
time     |			     unsigned int slot, const u64 *numbers, size_t nr)
time     |{
time     |	u64 *entry, any = 0;
time     |	size_t i;
time     |
time     |	for (i = 0; i < nr; i++)
time     |		any |= READ_ONCE(numbers[i]);
time     |	entry = any ? kes_append(w, size) : NULL;
time     |	if (!entry)
time     |		return NULL;
time     |	entry[0] = kes_code(slot);
time     |	for (i = 0; i < nr; i++)
time     |		entry[i + 1] = READ_ONCE(numbers[i]);
time     |	return entry;
time     |}
time     |
time     |/* The times of the current vCPU; kes_lock */
time     |static struct kes_time kes_time_now;
time     |
time     |static void kes_put_time(struct kes_writer *w, const struct kes_vcpu *vcpu)
time     |{
time     |	const struct kes_time *time = &kes_time_now;
time     |	struct kes_time_record *rec;
time     |	struct kes_time_exit *exit;
time     |	unsigned int slot;
time     |
time     |	if (!vcpu->time)
time     |		return;
time     |	kes_time_copy(&kes_time_now, vcpu->time);
time     |	rec = kes_begin_vcpu(w, KES_REC_TIME, sizeof(*rec), vcpu);
time     |	if (!rec)
time     |		return;
time     |	rec->first_cyc = time->first_cyc;
time     |	rec->last_cyc = time->last_cyc;
time     |	rec->state = time->state;
time     |	rec->state_code = kes_code(time->slot);
time     |	rec->guest_cyc = time->guest_cyc;
time     |	rec->backwards = time->backwards;
time     |	for (slot = 0; slot < KES_NR_TIME_SLOTS; slot++) {
time     |		exit = kes_put_numbers(w, sizeof(*exit), slot, time->cyc[slot],
time     |				       ARRAY_SIZE(time->cyc[slot]));
time     |		if (exit)
time     |			exit->max_cyc = time->max_cyc[slot];
time     |	}
time     |}
histogram|
histogram|static void kes_put_histogram(struct kes_writer *w, const struct kes_vcpu *vcpu)
histogram|{
histogram|	const struct kes_histogram *histogram;
histogram|	unsigned int slot;
histogram|
histogram|	histogram = vcpu->time ? vcpu->time->histogram : NULL;
histogram|	if (!histogram)
histogram|		return;
histogram|	kes_begin_vcpu(w, KES_REC_HISTOGRAM,
histogram|		       sizeof(struct kes_histogram_record), vcpu);
histogram|	for (slot = 0; slot < KES_NR_TIME_SLOTS; slot++)
histogram|		kes_put_numbers(w, sizeof(struct kes_histogram_exit), slot,
histogram|				histogram->n[slot], KES_NR_BUCKETS);
histogram|}
detail   |
detail   |static void kes_put_value(struct kes_writer *w, struct kes_detail_value value)
detail   |{
detail   |	struct kes_detail_value *entry;
detail   |
detail   |	entry = value.count ? kes_append(w, sizeof(*entry)) : NULL;
detail   |	if (entry)
detail   |		*entry = value;
detail   |}
detail   |
detail   |static void kes_put_pairs(struct kes_writer *w, const struct kes_detail *detail)
detail   |{
detail   |	struct kes_pair pair;
detail   |	unsigned int i;
detail   |	u32 error;
detail   |
detail   |	for (i = 0; i < KES_NR_PAIRS; i++)
detail   |		if (kes_detail_read(detail, i, &pair, &error))
detail   |			kes_put_value(w, (struct kes_detail_value) {
detail   |				.code = kes_code(kes_key_slot(pair.key)),
detail   |				.value = pair.key & KES_VALUE_MASK,
detail   |				.count = pair.count,
detail   |				.flags = error ? KES_DETAIL_AT_LEAST : 0,
detail   |			});
detail   |}
detail   |
detail   |static void kes_put_detail(struct kes_writer *w, const struct kes_vcpu *vcpu)
detail   |{
detail   |	const struct kes_detail *detail = vcpu->detail;
detail   |	unsigned int i;
detail   |
detail   |	if (!detail)
detail   |		return;
detail   |	kes_begin_vcpu(w, KES_REC_DETAIL, sizeof(struct kes_detail_record), vcpu);
detail   |	kes_put_pairs(w, detail);
detail   |	for (i = 0; i < KES_DETAIL_REASONS; i++)
detail   |		kes_put_value(w, (struct kes_detail_value) {
detail   |			.code = kes_code(READ_ONCE(detail->slot[i]) - 1),
detail   |			.count = READ_ONCE(detail->other[i]),
detail   |			.flags = KES_DETAIL_OTHER,
detail   |		});
detail   |}
snapshot |
snapshot |static void kes_put_vcpu(struct kes_writer *w, const struct kes_vcpu *vcpu)
snapshot |{
snapshot |	kes_copy_vcpu(&kes.scratch, vcpu);
snapshot |	kes_put_counts(w, KES_REC_VCPU, vcpu, &kes.scratch);
reset    |	if (vcpu->base)
reset    |		kes_put_counts(w, KES_REC_BASELINE, vcpu, vcpu->base);
disposition|	kes_put_userspace(w, vcpu);
nested   |	kes_put_nested(w, vcpu, &kes.scratch);
time     |	kes_put_time(w, vcpu);
histogram|	kes_put_histogram(w, vcpu);
detail   |	kes_put_detail(w, vcpu);
snapshot |}
snapshot |
snapshot |static void kes_put_vm(struct kes_writer *w, const struct kes_vm *vm)
snapshot |{
snapshot |	struct kes_vm_record *rec = kes_begin(w, KES_REC_VM, sizeof(*rec));
snapshot |	const struct kes_vcpu *vcpu;
snapshot |
snapshot |	if (!rec)
snapshot |		return;
snapshot |	rec->vm_id = vm->id;
snapshot |	rec->created_ns = vm->created_ns;
snapshot |	rec->destroyed_ns = vm->destroyed_ns;
snapshot |	rec->pid = vm->pid;
snapshot |	rec->flags = vm->destroyed_ns ? KES_VM_DESTROYED : 0;
snapshot |	rec->nr_vcpus = vm->nr_vcpus;
snapshot |	strscpy(rec->comm, vm->comm, sizeof(rec->comm));
snapshot |	w->nr_vms++;
snapshot |
snapshot |	list_for_each_entry(vcpu, &vm->vcpus, node)
snapshot |		kes_put_vcpu(w, vcpu);
snapshot |}
snapshot |
snapshot |static void kes_put_all(struct kes_writer *w)
snapshot |{
snapshot |	struct kes_header *header = kes_reserve(w, sizeof(*header));
snapshot |	const struct kes_vm *vm;
snapshot |
snapshot |	if (!header)
snapshot |		return;
snapshot |	header->begin_ns = ktime_get_ns();
snapshot |	kes_put_counts(w, KES_REC_EVICTED, NULL, &kes.evicted);
reset    |	if (kes.generation)
reset    |		kes_put_counts(w, KES_REC_BASELINE, NULL, &kes.evicted_base);
snapshot |	list_for_each_entry(vm, &kes.vms, node)
snapshot |		kes_put_vm(w, vm);
snapshot |	header->now_cyc = rdtsc();
snapshot |	header->end_ns = ktime_get_ns();
snapshot |
snapshot |	header->magic = KES_MAGIC;
snapshot |	header->version = KES_VERSION;
snapshot |	header->header_size = sizeof(*header);
snapshot |	header->size = w->used;
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
snapshot |	header->nr_vms = w->nr_vms;
snapshot |	header->switches = kes.switches;
snapshot |	header->tsc_khz = tsc_khz;
snapshot |	header->lost = atomic64_read(&kes.lost);
snapshot |	header->flags = check_tsc_unstable() ? KES_FLAG_TSC_UNSTABLE : 0;
snapshot |}
snapshot |
snapshot |/* Size of the record for @counts, with room for new reasons. */
snapshot |static size_t kes_exits_size(const struct kes_counts *counts)
snapshot |{
snapshot |	return sizeof(struct kes_vcpu_record) +
snapshot |	       (kes_nr_exits(counts) + KES_SPARE) * sizeof(struct kes_exit);
snapshot |}
snapshot |
snapshot |static size_t kes_vcpu_size(const struct kes_vcpu *vcpu)
snapshot |{
time     |	unsigned int nr;
snapshot |	size_t size;
snapshot |
snapshot |	kes_copy_vcpu(&kes.scratch, vcpu);
time     |	nr = kes_nr_exits(&kes.scratch) + KES_SPARE;
snapshot |	size = kes_exits_size(&kes.scratch);
reset    |	if (vcpu->base)
reset    |		size += kes_exits_size(vcpu->base);
disposition|	size += sizeof(struct kes_userspace_record) +
disposition|		KES_NR_USERSPACE * sizeof(struct kes_userspace);
nested   |	size += sizeof(struct kes_nested_record) +
nested   |		(kes_nr_received(&kes.scratch) + KES_SPARE) *
nested   |		sizeof(struct kes_nested);
time     |	if (vcpu->time)
time     |		size += sizeof(struct kes_time_record) +
time     |			(nr + KES_NR_TIME_SLOTS - KES_NR_SLOTS) *
time     |			sizeof(struct kes_time_exit);
histogram|	if (vcpu->time && vcpu->time->histogram)
histogram|		size += sizeof(struct kes_histogram_record) +
histogram|			(nr + KES_NR_TIME_SLOTS - KES_NR_SLOTS) *
histogram|			sizeof(struct kes_histogram_exit);
detail   |	if (vcpu->detail)
detail   |		size += sizeof(struct kes_detail_record) +
detail   |			(KES_NR_PAIRS + KES_DETAIL_REASONS) *
detail   |			sizeof(struct kes_detail_value);
snapshot |	return size;
snapshot |}
snapshot |
snapshot |static size_t kes_snapshot_size(void)
snapshot |{
snapshot |	size_t size = sizeof(struct kes_header) +
snapshot-reset|		      kes_exits_size(&kes.evicted);
reset    |		      kes_exits_size(&kes.evicted) +
reset    |		      kes_exits_size(&kes.evicted_base);
snapshot |	const struct kes_vcpu *vcpu;
snapshot |	const struct kes_vm *vm;
snapshot |
snapshot |	list_for_each_entry(vm, &kes.vms, node) {
snapshot |		size += sizeof(struct kes_vm_record);
snapshot |		list_for_each_entry(vcpu, &vm->vcpus, node)
snapshot |			size += kes_vcpu_size(vcpu);
snapshot |	}
snapshot |	return size;
snapshot |}
snapshot |
snapshot |static int kes_try_snapshot(struct kes_writer *w)
snapshot |{
snapshot |	*w = (struct kes_writer){ .size = kes_snapshot_size() };
snapshot |	w->buf = kvmalloc(w->size, GFP_KERNEL);
snapshot |	if (!w->buf)
snapshot |		return -ENOMEM;
snapshot |	kes_put_all(w);
snapshot |	if (!w->full)
snapshot |		return 0;
snapshot |	kvfree(w->buf);
snapshot |	return -EAGAIN;
snapshot |}
snapshot |
snapshot |ssize_t kes_snapshot(void **buf)
snapshot |{
snapshot |	struct kes_writer w;
snapshot |	int ret;
snapshot |
snapshot |	kes_sync();
snapshot |	mutex_lock(&kes_lock);
snapshot |	do {
snapshot |		ret = kes_try_snapshot(&w);
snapshot |	} while (ret == -EAGAIN);
snapshot |	mutex_unlock(&kes_lock);
snapshot |	if (ret)
snapshot |		return ret;
snapshot |	*buf = w.buf;
snapshot |	return w.used;
snapshot |}

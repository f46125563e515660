snapshot |// SPDX-License-Identifier: GPL-2.0-only
snapshot |/*
snapshot | * KVM exit statistics: writing the records of the binary snapshot, see
snapshot | * <asm/kvm_exit_stats.h>.
snapshot | */
snapshot |#include <linux/errno.h>
snapshot |#include <linux/string.h>
snapshot |
detail   |#include "detail.h"
snapshot |#include "engine.h"
snapshot |#include "records.h"
snapshot |#include "read.h"
time     |#include "time.h"
snapshot |
snapshot |#define KES_ASSERT_NR(type, member) \
snapshot |	static_assert(offsetof(struct type, member) == \
snapshot |		      offsetof(struct kes_userspace_record, nr))
snapshot |KES_ASSERT_NR(kes_vcpu_record, nr_exits);
nested   |KES_ASSERT_NR(kes_nested_record, nr);
time     |KES_ASSERT_NR(kes_time_record, nr);
histogram|KES_ASSERT_NR(kes_histogram_record, nr);
detail   |KES_ASSERT_NR(kes_detail_record, nr);
histogram|
histogram|static_assert(sizeof(struct kes_histogram_exit) <=
histogram|	      sizeof_field(struct kes_writer, dummy));
snapshot |
snapshot |void *kes_reserve(struct kes_writer *w, size_t size)
snapshot |{
snapshot |	void *p = w->buf + w->used;
snapshot |
snapshot |	if (!w->buf) {
snapshot |		w->used += size;
snapshot |		return w->dummy;
snapshot |	}
snapshot |	if (w->full || size > w->size - w->used) {
snapshot |		w->full = true;
snapshot |		return NULL;
snapshot |	}
snapshot |	w->used += size;
snapshot |	memset(p, 0, size);
snapshot |	return p;
snapshot |}
snapshot |
snapshot |void *kes_begin(struct kes_writer *w, u32 type, size_t size)
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
snapshot |/* @hot: NULL for a sum */
snapshot |static void *kes_begin_vcpu(struct kes_writer *w, u32 type, size_t size,
snapshot |			    const struct kes_hot *hot)
snapshot |{
snapshot |	struct kes_userspace_record *rec = kes_begin(w, type, size);
snapshot |
snapshot |	if (rec && hot) {
snapshot |		rec->vm_id = hot->vm->id;
snapshot |		rec->vcpu_id = hot->id;
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
snapshot |	if (p && w->buf) {
snapshot |		w->rec->rec.size += size;
snapshot |		w->rec->nr++;
snapshot |	}
snapshot |	return p;
snapshot |}
snapshot |
snapshot |u64 kes_code(unsigned int slot)
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
changes  |static bool kes_is_wanted(const struct kes_writer *w, unsigned int slot)
changes  |{
changes  |	return !w->is_partial || test_bit(slot, w->only);
changes  |}
changes  |
snapshot |static void kes_put_exits(struct kes_writer *w, const struct kes_counts *counts)
snapshot |{
snapshot |	unsigned int slot;
snapshot |
snapshot |	for (slot = 0; slot < KES_NR_SLOTS; slot++) {
snapshot |		struct kes_exit *exit;
snapshot |
snapshot-changes|		if (!kes_slot_total(counts, slot))
changes  |		if (!kes_is_wanted(w, slot) || !kes_slot_total(counts, slot))
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
snapshot |void kes_put_counts(struct kes_writer *w, u32 type, const struct kes_hot *hot,
snapshot |		    const struct kes_counts *counts)
snapshot |{
snapshot |	struct kes_vcpu_record *rec = kes_begin_vcpu(w, type, sizeof(*rec), hot);
snapshot |
snapshot |	if (!rec)
snapshot |		return;
snapshot |	rec->exit_size = sizeof(struct kes_exit);
snapshot |	rec->unknown_last = counts->unknown_last;
disposition|	rec->attempts = counts->entries.attempts;
disposition|	rec->entry_failed = counts->entries.failed;
disposition|	rec->entry_emulated = counts->entries.emulated;
disposition|	rec->bus_lock = counts->entries.bus_lock;
disposition|	rec->enclave = counts->entries.enclave;
disposition|	rec->forced = counts->entries.forced;
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
disposition|static void kes_put_userspace(struct kes_writer *w, const struct kes_hot *hot)
disposition|{
disposition|	unsigned int i;
disposition|
disposition|	kes_begin_vcpu(w, KES_REC_USERSPACE,
disposition|		       sizeof(struct kes_userspace_record), hot);
disposition|	for (i = 0; i < KES_NR_USERSPACE; i++) {
disposition|		u64 count = w->counts.userspace[i];
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
nested   |
nested   |/* Exits that L1 received. There is no record if L1 never received one. */
nested   |static void kes_put_nested(struct kes_writer *w, const struct kes_hot *hot)
nested   |{
nested   |	const u64 *received = w->counts.l2[KES_RECEIVED];
nested   |	struct kes_nested *entry;
nested   |	unsigned int slot;
nested   |
nested   |	if (!memchr_inv(received, 0, sizeof(w->counts.l2[KES_RECEIVED])))
nested   |		return;
nested   |	kes_begin_vcpu(w, KES_REC_NESTED, sizeof(struct kes_nested_record),
nested   |		       hot);
nested   |	for (slot = 0; slot < KES_NR_SLOTS; slot++) {
nested   |		if (!received[slot])
nested   |			continue;
nested   |		entry = kes_append(w, sizeof(*entry));
nested   |		if (!entry)
nested   |			return;
nested   |		entry->code = kes_code(slot);
nested   |		entry->count = received[slot];
nested   |	}
nested   |}
time     |
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
changes  |	if (!kes_is_wanted(w, slot))
changes  |		return NULL;
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
time     |static void kes_put_time(struct kes_writer *w, const struct kes_hot *hot)
time     |{
time     |	const struct kes_time *time = &w->time;
time     |	struct kes_time_record *rec;
time     |	struct kes_time_exit *exit;
time     |	unsigned int slot;
time     |
time     |	if (!hot->vcpu->time)
time     |		return;
time     |	kes_time_copy(&w->time, hot->vcpu->time);
time     |	rec = kes_begin_vcpu(w, KES_REC_TIME, sizeof(*rec), hot);
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
histogram|static void kes_put_histogram(struct kes_writer *w, const struct kes_hot *hot)
histogram|{
histogram|	const struct kes_time *time = hot->vcpu->time;
histogram|	const struct kes_histogram *histogram = time ? time->histogram : NULL;
histogram|	unsigned int slot;
histogram|
histogram|	if (!histogram)
histogram|		return;
histogram|	kes_begin_vcpu(w, KES_REC_HISTOGRAM,
histogram|		       sizeof(struct kes_histogram_record), hot);
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
detail   |static void kes_put_detail(struct kes_writer *w, const struct kes_hot *hot)
detail   |{
detail   |	const struct kes_detail *detail = hot->vcpu->detail;
detail   |	unsigned int i;
detail   |
detail   |	if (!detail)
detail   |		return;
detail   |	kes_begin_vcpu(w, KES_REC_DETAIL, sizeof(struct kes_detail_record), hot);
detail   |	kes_put_pairs(w, detail);
detail   |	for (i = 0; i < KES_DETAIL_REASONS; i++)
detail   |		kes_put_value(w, (struct kes_detail_value) {
detail   |			.code = kes_code(READ_ONCE(detail->slot[i]) - 1),
detail   |			.count = READ_ONCE(detail->other[i]),
detail   |			.flags = KES_DETAIL_OTHER,
detail   |		});
detail   |}
detail   |
detail   |static_assert(2 * (sizeof(struct kes_vcpu_record) +
detail   |		   KES_NR_SLOTS * sizeof(struct kes_exit)) +
detail   |	      sizeof(struct kes_userspace_record) +
detail   |	      KES_NR_USERSPACE * sizeof(struct kes_userspace) +
detail   |	      sizeof(struct kes_nested_record) +
detail   |	      KES_NR_SLOTS * sizeof(struct kes_nested) +
detail   |	      sizeof(struct kes_time_record) +
detail   |	      KES_NR_TIME_SLOTS * sizeof(struct kes_time_exit) +
detail   |	      sizeof(struct kes_histogram_record) +
detail   |	      KES_NR_TIME_SLOTS * sizeof(struct kes_histogram_exit) +
detail   |	      sizeof(struct kes_detail_record) +
detail   |	      (KES_NR_PAIRS + KES_DETAIL_REASONS) *
detail   |	      sizeof(struct kes_detail_value) <= KES_VCPU_MAX,
detail   |	      "a vCPU fits into a chunk of a snapshot");
snapshot |
snapshot |void kes_put_vcpu(struct kes_writer *w, const struct kes_hot *hot)
snapshot |{
disposition|	const struct kes_vcpu *vcpu = hot->vcpu;
disposition|
snapshot |	w->nr_vcpus++;
snapshot |	kes_copy_vcpu(&w->counts, hot);
snapshot |	kes_put_counts(w, KES_REC_VCPU, hot, &w->counts);
disposition|	if (!vcpu)
disposition|		return;
reset-changes|	if (vcpu->base)
changes  |	if (vcpu->base && !w->is_partial)
reset    |		kes_put_counts(w, KES_REC_BASELINE, hot, vcpu->base);
disposition|	kes_put_userspace(w, hot);
nested   |	kes_put_nested(w, hot);
time     |	kes_put_time(w, hot);
histogram|	kes_put_histogram(w, hot);
detail   |	kes_put_detail(w, hot);
snapshot |}

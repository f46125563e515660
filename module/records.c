// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: writing the records of the binary snapshot, see
 * <asm/kvm_exit_stats.h>.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "detail.h"
#include "engine.h"
#include "records.h"
#include "read.h"
#include "time.h"

#define KES_ASSERT_NR(type, member) \
	static_assert(offsetof(struct type, member) == \
		      offsetof(struct kes_userspace_record, nr))
KES_ASSERT_NR(kes_vcpu_record, nr_exits);
KES_ASSERT_NR(kes_nested_record, nr);
KES_ASSERT_NR(kes_time_record, nr);
KES_ASSERT_NR(kes_histogram_record, nr);
KES_ASSERT_NR(kes_detail_record, nr);

static_assert(sizeof(struct kes_histogram_exit) <=
	      sizeof_field(struct kes_writer, dummy));

void *kes_reserve(struct kes_writer *w, size_t size)
{
	void *p = w->buf + w->used;

	if (!w->buf) {
		w->used += size;
		return w->dummy;
	}
	if (w->full || size > w->size - w->used) {
		w->full = true;
		return NULL;
	}
	w->used += size;
	memset(p, 0, size);
	return p;
}

void *kes_begin(struct kes_writer *w, u32 type, size_t size)
{
	struct kes_record *rec = kes_reserve(w, size);

	if (rec) {
		rec->type = type;
		rec->size = size;
		w->nr_records++;
	}
	return rec;
}

/* @hot: NULL for a sum */
static void *kes_begin_vcpu(struct kes_writer *w, u32 type, size_t size,
			    const struct kes_hot *hot)
{
	struct kes_userspace_record *rec = kes_begin(w, type, size);

	if (rec && hot) {
		rec->vm_id = hot->vm->id;
		rec->vcpu_id = hot->id;
	}
	w->rec = rec;
	return rec;
}

/* Append an entry to the current record. */
static void *kes_append(struct kes_writer *w, size_t size)
{
	void *p = kes_reserve(w, size);

	if (p && w->buf) {
		w->rec->rec.size += size;
		w->rec->nr++;
	}
	return p;
}

u64 kes_code(unsigned int slot)
{
	const struct kes_reason *reason;

	if (slot == KES_SLOT_EMULATED)
		return KES_CODE_EMULATED;
	if (slot == KES_SLOT_ENTRY_FAILED)
		return KES_CODE_ENTRY_FAILED;
	reason = kes_reason(kes.isa, slot);
	return reason ? reason->code : KES_CODE_NONE;
}

static bool kes_is_wanted(const struct kes_writer *w, unsigned int slot)
{
	return !w->is_partial || test_bit(slot, w->only);
}

static void kes_put_exits(struct kes_writer *w, const struct kes_counts *counts)
{
	unsigned int slot;

	for (slot = 0; slot < KES_NR_SLOTS; slot++) {
		struct kes_exit *exit;

		if (!kes_is_wanted(w, slot) || !kes_slot_total(counts, slot))
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

void kes_put_counts(struct kes_writer *w, u32 type, const struct kes_hot *hot,
		    const struct kes_counts *counts)
{
	struct kes_vcpu_record *rec = kes_begin_vcpu(w, type, sizeof(*rec), hot);

	if (!rec)
		return;
	rec->exit_size = sizeof(struct kes_exit);
	rec->unknown_last = counts->unknown_last;
	rec->attempts = counts->entries.attempts;
	rec->entry_failed = counts->entries.failed;
	rec->entry_emulated = counts->entries.emulated;
	rec->bus_lock = counts->entries.bus_lock;
	rec->enclave = counts->entries.enclave;
	rec->forced = counts->entries.forced;
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

static void kes_put_userspace(struct kes_writer *w, const struct kes_hot *hot)
{
	unsigned int i;

	kes_begin_vcpu(w, KES_REC_USERSPACE,
		       sizeof(struct kes_userspace_record), hot);
	for (i = 0; i < KES_NR_USERSPACE; i++) {
		u64 count = w->counts.userspace[i];
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

/* Exits that L1 received. There is no record if L1 never received one. */
static void kes_put_nested(struct kes_writer *w, const struct kes_hot *hot)
{
	const u64 *received = w->counts.l2[KES_RECEIVED];
	struct kes_nested *entry;
	unsigned int slot;

	if (!memchr_inv(received, 0, sizeof(w->counts.l2[KES_RECEIVED])))
		return;
	kes_begin_vcpu(w, KES_REC_NESTED, sizeof(struct kes_nested_record),
		       hot);
	for (slot = 0; slot < KES_NR_SLOTS; slot++) {
		if (!received[slot])
			continue;
		entry = kes_append(w, sizeof(*entry));
		if (!entry)
			return;
		entry->code = kes_code(slot);
		entry->count = received[slot];
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

	if (!kes_is_wanted(w, slot))
		return NULL;
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

static void kes_put_time(struct kes_writer *w, const struct kes_hot *hot)
{
	const struct kes_time *time = &w->time;
	struct kes_time_record *rec;
	struct kes_time_exit *exit;
	unsigned int slot;

	if (!hot->vcpu->time)
		return;
	kes_time_copy(&w->time, hot->vcpu->time);
	rec = kes_begin_vcpu(w, KES_REC_TIME, sizeof(*rec), hot);
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

static void kes_put_histogram(struct kes_writer *w, const struct kes_hot *hot)
{
	const struct kes_time *time = hot->vcpu->time;
	const struct kes_histogram *histogram = time ? time->histogram : NULL;
	unsigned int slot;

	if (!histogram)
		return;
	kes_begin_vcpu(w, KES_REC_HISTOGRAM,
		       sizeof(struct kes_histogram_record), hot);
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

static void kes_put_detail(struct kes_writer *w, const struct kes_hot *hot)
{
	const struct kes_detail *detail = hot->vcpu->detail;
	unsigned int i;

	if (!detail)
		return;
	kes_begin_vcpu(w, KES_REC_DETAIL, sizeof(struct kes_detail_record), hot);
	kes_put_pairs(w, detail);
	for (i = 0; i < KES_DETAIL_REASONS; i++)
		kes_put_value(w, (struct kes_detail_value) {
			.code = kes_code(READ_ONCE(detail->slot[i]) - 1),
			.count = READ_ONCE(detail->other[i]),
			.flags = KES_DETAIL_OTHER,
		});
}

static_assert(2 * (sizeof(struct kes_vcpu_record) +
		   KES_NR_SLOTS * sizeof(struct kes_exit)) +
	      sizeof(struct kes_userspace_record) +
	      KES_NR_USERSPACE * sizeof(struct kes_userspace) +
	      sizeof(struct kes_nested_record) +
	      KES_NR_SLOTS * sizeof(struct kes_nested) +
	      sizeof(struct kes_time_record) +
	      KES_NR_TIME_SLOTS * sizeof(struct kes_time_exit) +
	      sizeof(struct kes_histogram_record) +
	      KES_NR_TIME_SLOTS * sizeof(struct kes_histogram_exit) +
	      sizeof(struct kes_detail_record) +
	      (KES_NR_PAIRS + KES_DETAIL_REASONS) *
	      sizeof(struct kes_detail_value) <= KES_VCPU_MAX,
	      "a vCPU fits into a chunk of a snapshot");

void kes_put_vcpu(struct kes_writer *w, const struct kes_hot *hot)
{
	const struct kes_vcpu *vcpu = hot->vcpu;

	w->nr_vcpus++;
	kes_copy_vcpu(&w->counts, hot);
	kes_put_counts(w, KES_REC_VCPU, hot, &w->counts);
	if (!vcpu)
		return;
	if (vcpu->base && !w->is_partial)
		kes_put_counts(w, KES_REC_BASELINE, hot, vcpu->base);
	kes_put_userspace(w, hot);
	kes_put_nested(w, hot);
	kes_put_time(w, hot);
	kes_put_histogram(w, hot);
	kes_put_detail(w, hot);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: what is kept of a destroyed VM, see final.h.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "final.h"
#include "records.h"
#include "read.h"

/*
 * A vCPU that neither exited nor returned to user space leaves nothing, unless
 * it has times: it may have waited for INIT.
 */
static bool kes_is_empty(const struct kes_counts *counts,
			 const struct kes_vcpu *vcpu)
{
	if (vcpu && vcpu->time && vcpu->time->last_cyc)
		return false;
	return !counts->entries.attempts && !kes_total(counts) &&
	       !memchr_inv(counts->userspace, 0, sizeof(counts->userspace));
}

static void kes_put_vcpus(struct kes_writer *w, const struct kes_vm *vm,
			  u64 *exits)
{
	const struct kes_hot *hot;

	for (hot = kes_next_vcpu(vm, NULL); hot; hot = kes_next_vcpu(vm, hot)) {
		kes_copy_vcpu(&w->counts, hot);
		if (kes_is_empty(&w->counts, hot->vcpu))
			continue;
		*exits += kes_total(&w->counts);
		kes_put_vcpu(w, hot);
	}
}

/* Return the size of the records, 0 if there were no exits. */
static size_t kes_measure(struct kes_writer *w, struct kes_vm *vm)
{
	u64 exits = 0;

	*w = (struct kes_writer){};
	mutex_lock(&vm->lock);
	kes_put_vcpus(w, vm, &exits);
	mutex_unlock(&vm->lock);
	return exits ? w->used : 0;
}

static bool kes_fill(struct kes_writer *w, struct kes_final *final,
		     size_t size, const struct kes_vm *vm)
{
	u64 exits;

	*w = (struct kes_writer){ .buf = final->records, .size = size };
	kes_put_vcpus(w, vm, &exits);
	*final = (struct kes_final){
		.size = w->used,
		.nr_records = w->nr_records,
		.nr_vcpus = w->nr_vcpus,
	};
	return !w->full;
}

/*
 * A visitor may switch a group or reset between the two steps, and the records
 * then need more space.
 */
static int kes_take_records(struct kes_writer *w, struct kes_vm *vm)
{
	struct kes_final *final;
	size_t size;

	for (;;) {
		size = kes_measure(w, vm);
		final = size ? kvmalloc(sizeof(*final) + size,
					GFP_KERNEL_ACCOUNT) : NULL;
		if (size && !final)
			return -ENOMEM;
		mutex_lock(&vm->lock);
		if (!final || kes_fill(w, final, size, vm))
			break;
		mutex_unlock(&vm->lock);
		kvfree(final);
	}
	vm->final = final;
	vm->nr_vcpus = final ? final->nr_vcpus : 0;
	return 0;
}

int kes_final_take(struct kes_vm *vm)
{
	struct kes_writer *w = kvzalloc(sizeof(*w), GFP_KERNEL);
	int ret = w ? kes_take_records(w, vm) : -ENOMEM;

	kvfree(w);
	return ret;
}

static const struct kes_record *kes_next_record(const struct kes_final *final,
						const struct kes_record *rec)
{
	if (!rec)
		return (const void *)final->records;
	rec = (const void *)rec + rec->size;
	return (const void *)rec < (const void *)final->records + final->size ?
	       rec : NULL;
}

size_t kes_final_size(const struct kes_final *final)
{
	const struct kes_record *rec;
	size_t size = 0;

	if (!final)
		return 0;
	for (rec = kes_next_record(final, NULL); rec;
	     rec = kes_next_record(final, rec))
		if (rec->type == KES_REC_VCPU)
			size += rec->size;
	return final->size + size;
}

/* After a reset, the counts of each vCPU are their own baseline. */
static void kes_put_rebased(struct kes_writer *w, const struct kes_final *final)
{
	const struct kes_record *rec;
	struct kes_record *copy;

	for (rec = kes_next_record(final, NULL); rec;
	     rec = kes_next_record(final, rec)) {
		if (rec->type == KES_REC_BASELINE)
			continue;
		copy = kes_begin(w, rec->type, rec->size);
		if (copy)
			memcpy(copy, rec, rec->size);
		if (rec->type != KES_REC_VCPU)
			continue;
		copy = kes_begin(w, KES_REC_BASELINE, rec->size);
		if (!copy)
			return;
		memcpy(copy, rec, rec->size);
		copy->type = KES_REC_BASELINE;
	}
}

void kes_put_final(struct kes_writer *w, const struct kes_final *final)
{
	void *to;

	w->nr_vcpus += final->nr_vcpus;
	if (final->rebased) {
		kes_put_rebased(w, final);
		return;
	}
	to = kes_reserve(w, final->size);
	if (!to)
		return;
	memcpy(to, final->records, final->size);
	w->nr_records += final->nr_records;
}

static unsigned int kes_slot_of(u64 code)
{
	unsigned int slot;

	for (slot = 0; slot < KES_SLOT_UNKNOWN; slot++)
		if (kes_code(slot) == code)
			return slot;
	return KES_SLOT_UNKNOWN;
}

/* The context of a disposition is not kept: readers add both. */
static void kes_add_record(struct kes_counts *sum,
			   const struct kes_record *record, bool subtract)
{
	const struct kes_vcpu_record *rec = (const void *)record;
	const struct kes_exit *exit = (const void *)(rec + 1);
	u64 sign = subtract ? -1 : 1;
	unsigned int i, slot;

	for (i = 0; i < rec->nr_exits; i++, exit++) {
		slot = kes_slot_of(exit->code);
		sum->l1[KES_EXITS][slot] += sign * exit->l1;
		sum->l1[KES_FASTPATH][slot] += sign * exit->fastpath;
		sum->l1[KES_USERSPACE][slot] += sign * exit->userspace;
		sum->l2[KES_EXITS][slot] += sign * exit->l2;
		sum->l2[KES_REFLECTED][slot] += sign * exit->reflected;
	}
	sum->entries.attempts += sign * rec->attempts;
	sum->entries.failed += sign * rec->entry_failed;
	sum->entries.emulated += sign * rec->entry_emulated;
	sum->entries.bus_lock += sign * rec->bus_lock;
	sum->entries.enclave += sign * rec->enclave;
	sum->entries.forced += sign * rec->forced;
	if (rec->unknown_last && !subtract)
		sum->unknown_last = rec->unknown_last;
}

/* A baseline follows the record of its vCPU. */
void kes_final_visit(const struct kes_final *final, struct kes_counts *counts,
		     kes_counts_fn fn, void *arg)
{
	const struct kes_record *rec, *next;

	for (rec = kes_next_record(final, NULL); rec;
	     rec = kes_next_record(final, rec)) {
		if (rec->type != KES_REC_VCPU)
			continue;
		memset(counts, 0, sizeof(*counts));
		kes_add_record(counts, rec, false);
		next = kes_next_record(final, rec);
		if (final->rebased)
			kes_add_record(counts, rec, true);
		else if (next && next->type == KES_REC_BASELINE)
			kes_add_record(counts, next, true);
		fn(arg, ((const struct kes_vcpu_record *)rec)->vcpu_id, counts);
	}
}

void kes_final_add(const struct kes_final *final, struct kes_counts *sum,
		   struct kes_counts *base)
{
	const struct kes_record *rec;

	for (rec = kes_next_record(final, NULL); rec;
	     rec = kes_next_record(final, rec)) {
		if (rec->type == KES_REC_VCPU) {
			kes_add_record(sum, rec, false);
			if (final->rebased)
				kes_add_record(base, rec, false);
		} else if (rec->type == KES_REC_BASELINE && !final->rebased) {
			kes_add_record(base, rec, false);
		}
	}
}

snapshot |// SPDX-License-Identifier: GPL-2.0-only
snapshot |/*
snapshot | * KVM exit statistics: what is kept of a destroyed VM, see final.h.
snapshot | */
snapshot |#include <linux/mm.h>
snapshot |#include <linux/slab.h>
snapshot |#include <linux/string.h>
snapshot |
snapshot |#include "final.h"
snapshot |#include "records.h"
snapshot |#include "read.h"
snapshot |
snapshot |/*
snapshot | * A vCPU that neither exited nor returned to user space leaves nothing, unless
snapshot | * it has times: it may have waited for INIT.
snapshot | */
snapshot |static bool kes_is_empty(const struct kes_counts *counts,
snapshot |			 const struct kes_vcpu *vcpu)
snapshot |{
time     |	if (vcpu && vcpu->time && vcpu->time->last_cyc)
time     |		return false;
snapshot-disposition|	return !kes_total(counts);
disposition|	return !counts->entries.attempts && !kes_total(counts) &&
disposition|	       !memchr_inv(counts->userspace, 0, sizeof(counts->userspace));
snapshot |}
snapshot |
snapshot |static void kes_put_vcpus(struct kes_writer *w, const struct kes_vm *vm,
snapshot |			  u64 *exits)
snapshot |{
snapshot |	const struct kes_hot *hot;
snapshot |
snapshot |	for (hot = kes_next_vcpu(vm, NULL); hot; hot = kes_next_vcpu(vm, hot)) {
snapshot |		kes_copy_vcpu(&w->counts, hot);
snapshot |		if (kes_is_empty(&w->counts, hot->vcpu))
snapshot |			continue;
snapshot |		*exits += kes_total(&w->counts);
snapshot |		kes_put_vcpu(w, hot);
snapshot |	}
snapshot |}
snapshot |
snapshot |/* Return the size of the records, 0 if there were no exits. */
snapshot |static size_t kes_measure(struct kes_writer *w, struct kes_vm *vm)
snapshot |{
snapshot |	u64 exits = 0;
snapshot |
snapshot |	*w = (struct kes_writer){};
snapshot |	mutex_lock(&vm->lock);
snapshot |	kes_put_vcpus(w, vm, &exits);
snapshot |	mutex_unlock(&vm->lock);
snapshot |	return exits ? w->used : 0;
snapshot |}
snapshot |
snapshot |static bool kes_fill(struct kes_writer *w, struct kes_final *final,
snapshot |		     size_t size, const struct kes_vm *vm)
snapshot |{
snapshot |	u64 exits;
snapshot |
snapshot |	*w = (struct kes_writer){ .buf = final->records, .size = size };
snapshot |	kes_put_vcpus(w, vm, &exits);
snapshot |	*final = (struct kes_final){
snapshot |		.size = w->used,
snapshot |		.nr_records = w->nr_records,
snapshot |		.nr_vcpus = w->nr_vcpus,
snapshot |	};
snapshot |	return !w->full;
snapshot |}
snapshot |
snapshot |/*
snapshot | * A visitor may switch a group or reset between the two steps, and the records
snapshot | * then need more space.
snapshot | */
snapshot |static int kes_take_records(struct kes_writer *w, struct kes_vm *vm)
snapshot |{
snapshot |	struct kes_final *final;
snapshot |	size_t size;
snapshot |
snapshot |	for (;;) {
snapshot |		size = kes_measure(w, vm);
snapshot |		final = size ? kvmalloc(sizeof(*final) + size,
snapshot |					GFP_KERNEL_ACCOUNT) : NULL;
snapshot |		if (size && !final)
snapshot |			return -ENOMEM;
snapshot |		mutex_lock(&vm->lock);
snapshot |		if (!final || kes_fill(w, final, size, vm))
snapshot |			break;
snapshot |		mutex_unlock(&vm->lock);
snapshot |		kvfree(final);
snapshot |	}
snapshot |	vm->final = final;
snapshot |	vm->nr_vcpus = final ? final->nr_vcpus : 0;
snapshot |	return 0;
snapshot |}
snapshot |
snapshot |int kes_final_take(struct kes_vm *vm)
snapshot |{
snapshot |	struct kes_writer *w = kvzalloc(sizeof(*w), GFP_KERNEL);
snapshot |	int ret = w ? kes_take_records(w, vm) : -ENOMEM;
snapshot |
snapshot |	kvfree(w);
snapshot |	return ret;
snapshot |}
snapshot |
snapshot |static const struct kes_record *kes_next_record(const struct kes_final *final,
snapshot |						const struct kes_record *rec)
snapshot |{
snapshot |	if (!rec)
snapshot |		return (const void *)final->records;
snapshot |	rec = (const void *)rec + rec->size;
snapshot |	return (const void *)rec < (const void *)final->records + final->size ?
snapshot |	       rec : NULL;
snapshot |}
snapshot |
snapshot |size_t kes_final_size(const struct kes_final *final)
snapshot |{
snapshot |	const struct kes_record *rec;
snapshot |	size_t size = 0;
snapshot |
snapshot |	if (!final)
snapshot |		return 0;
snapshot |	for (rec = kes_next_record(final, NULL); rec;
snapshot |	     rec = kes_next_record(final, rec))
snapshot |		if (rec->type == KES_REC_VCPU)
snapshot |			size += rec->size;
snapshot |	return final->size + size;
snapshot |}
reset    |
reset    |/* After a reset, the counts of each vCPU are their own baseline. */
reset    |static void kes_put_rebased(struct kes_writer *w, const struct kes_final *final)
reset    |{
reset    |	const struct kes_record *rec;
reset    |	struct kes_record *copy;
reset    |
reset    |	for (rec = kes_next_record(final, NULL); rec;
reset    |	     rec = kes_next_record(final, rec)) {
reset    |		if (rec->type == KES_REC_BASELINE)
reset    |			continue;
reset    |		copy = kes_begin(w, rec->type, rec->size);
reset    |		if (copy)
reset    |			memcpy(copy, rec, rec->size);
reset    |		if (rec->type != KES_REC_VCPU)
reset    |			continue;
reset    |		copy = kes_begin(w, KES_REC_BASELINE, rec->size);
reset    |		if (!copy)
reset    |			return;
reset    |		memcpy(copy, rec, rec->size);
reset    |		copy->type = KES_REC_BASELINE;
reset    |	}
reset    |}
snapshot |
snapshot |void kes_put_final(struct kes_writer *w, const struct kes_final *final)
snapshot |{
snapshot |	void *to;
snapshot |
snapshot |	w->nr_vcpus += final->nr_vcpus;
reset    |	if (final->rebased) {
reset    |		kes_put_rebased(w, final);
reset    |		return;
reset    |	}
snapshot |	to = kes_reserve(w, final->size);
snapshot |	if (!to)
snapshot |		return;
snapshot |	memcpy(to, final->records, final->size);
snapshot |	w->nr_records += final->nr_records;
snapshot |}
snapshot |
snapshot |static unsigned int kes_slot_of(u64 code)
snapshot |{
snapshot |	unsigned int slot;
snapshot |
snapshot |	for (slot = 0; slot < KES_SLOT_UNKNOWN; slot++)
snapshot |		if (kes_code(slot) == code)
snapshot |			return slot;
snapshot |	return KES_SLOT_UNKNOWN;
snapshot |}
snapshot |
snapshot |/* The context of a disposition is not kept: readers add both. */
snapshot |static void kes_add_record(struct kes_counts *sum,
snapshot |			   const struct kes_record *record, bool subtract)
snapshot |{
snapshot |	const struct kes_vcpu_record *rec = (const void *)record;
snapshot |	const struct kes_exit *exit = (const void *)(rec + 1);
snapshot |	u64 sign = subtract ? -1 : 1;
snapshot |	unsigned int i, slot;
snapshot |
snapshot |	for (i = 0; i < rec->nr_exits; i++, exit++) {
snapshot |		slot = kes_slot_of(exit->code);
snapshot |		sum->l1[KES_EXITS][slot] += sign * exit->l1;
disposition|		sum->l1[KES_FASTPATH][slot] += sign * exit->fastpath;
disposition|		sum->l1[KES_USERSPACE][slot] += sign * exit->userspace;
nested   |		sum->l2[KES_EXITS][slot] += sign * exit->l2;
nested   |		sum->l2[KES_REFLECTED][slot] += sign * exit->reflected;
snapshot |	}
disposition|	sum->entries.attempts += sign * rec->attempts;
disposition|	sum->entries.failed += sign * rec->entry_failed;
disposition|	sum->entries.emulated += sign * rec->entry_emulated;
disposition|	sum->entries.bus_lock += sign * rec->bus_lock;
disposition|	sum->entries.enclave += sign * rec->enclave;
disposition|	sum->entries.forced += sign * rec->forced;
snapshot |	if (rec->unknown_last && !subtract)
snapshot |		sum->unknown_last = rec->unknown_last;
snapshot |}
text     |
text     |/* A baseline follows the record of its vCPU. */
text     |void kes_final_visit(const struct kes_final *final, struct kes_counts *counts,
text     |		     kes_counts_fn fn, void *arg)
text     |{
text     |	const struct kes_record *rec, *next;
text     |
text     |	for (rec = kes_next_record(final, NULL); rec;
text     |	     rec = kes_next_record(final, rec)) {
text     |		if (rec->type != KES_REC_VCPU)
text     |			continue;
text     |		memset(counts, 0, sizeof(*counts));
text     |		kes_add_record(counts, rec, false);
text     |		next = kes_next_record(final, rec);
text     |		if (final->rebased)
text     |			kes_add_record(counts, rec, true);
text     |		else if (next && next->type == KES_REC_BASELINE)
text     |			kes_add_record(counts, next, true);
text     |		fn(arg, ((const struct kes_vcpu_record *)rec)->vcpu_id, counts);
text     |	}
text     |}
snapshot |
snapshot |void kes_final_add(const struct kes_final *final, struct kes_counts *sum,
snapshot |		   struct kes_counts *base)
snapshot |{
snapshot |	const struct kes_record *rec;
snapshot |
snapshot-reset|	for (rec = kes_next_record(final, NULL); rec;
snapshot-reset|	     rec = kes_next_record(final, rec))
reset    |	for (rec = kes_next_record(final, NULL); rec;
reset    |	     rec = kes_next_record(final, rec)) {
snapshot-reset|		if (rec->type == KES_REC_VCPU)
reset    |		if (rec->type == KES_REC_VCPU) {
snapshot |			kes_add_record(sum, rec, false);
reset    |			if (final->rebased)
reset    |				kes_add_record(base, rec, false);
reset    |		} else if (rec->type == KES_REC_BASELINE && !final->rebased) {
reset    |			kes_add_record(base, rec, false);
reset    |		}
reset    |	}
snapshot |}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: what a reader has seen of a vCPU, and what changed since.
 *
 * A few numbers (struct kes_stamp) show whether the vCPU ran, and its exits
 * which slots changed.
 *
 * A vCPU that may have run
 *
 * What belongs to a slot (dispositions, times, histogram) changes only until
 * the next exit: it can have changed since a read only if the exits of the slot
 * did, or if the slot was a current one (enum kes_current) at that read. All
 * else of a vCPU is written each time. The vCPU may run at the same time, so a
 * read is made in this order:
 *
 *  1. the stamp
 *  2. the exits of all slots
 *  3. the current slots
 *  4. the records, with slots that have other exits in 2, and those that were
 *     current at the last read or are in 3
 *
 * A slot that changes after 4 is written by the next read: either its exit was
 * counted after 2, so that its exits differ, or it was current in 3.
 *
 * A vCPU that did not run
 *
 * It is skipped if its stamp is unchanged and it is settled. Each change either
 * precedes a change of the stamp in the thread of the vCPU, and is found by the
 * next read, or follows one in the same section with interrupts or preemption
 * disabled. Such a section ends before a grace period of RCU that begins later
 * does. A vCPU is therefore settled when it was read with the same stamp before
 * a grace period and after it.
 *
 * A feed that does not count attempts changes the stamp not at each exit, but
 * at the first one on each CPU after watch_exits(). An exit may be between a
 * look at what that function clears and its count, and another one may set it
 * again at the same time. Both have ended after a grace period, and there must
 * be a watch_exits() after that: it takes two of each.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/string.h>

#include "records.h"
#include "seen.h"
#include "time.h"

static const u64 (*kes_l2_of(const struct kes_vcpu *vcpu))[KES_NR_SLOTS]
{
	/* Pairs with kes_vcpu_set_l2(). */
	return (void *)smp_load_acquire(&vcpu->l2);
}

/* Exits of a slot in both contexts; @l2: NULL if there is only one */
static u64 kes_exits_of(const struct kes_vcpu *vcpu,
			const u64 (*l2)[KES_NR_SLOTS], unsigned int slot)
{
	return READ_ONCE(vcpu->l1[KES_EXITS][slot]) +
	       (l2 ? READ_ONCE(l2[KES_EXITS][slot]) : 0);
}

static void kes_read_stamp(struct kes_stamp *to, const struct kes_hot *hot)
{
	const struct kes_vcpu *vcpu = hot->vcpu;

	memset(to, 0, sizeof(*to));
	to->vcpu = vcpu;
	if (!vcpu)
		return;
	to->time = vcpu->time;
	if (vcpu->time) {
		to->histogram = vcpu->time->histogram;
		to->seq = raw_read_seqcount(&vcpu->time->seq);
	}
	to->detail = vcpu->detail;
	to->events = READ_ONCE(vcpu->events);
	to->attempts = READ_ONCE(hot->attempts);
	/* Step 2 is after step 1; pairs with the order of stores on x86. */
	smp_rmb();
}

/* Whether both are of the same memory */
static bool kes_same_memory(const struct kes_stamp *a, const struct kes_stamp *b)
{
	return a->vcpu == b->vcpu && a->time == b->time &&
	       a->histogram == b->histogram && a->detail == b->detail;
}

bool kes_seen_changed(struct kes_seen *seen, struct kes_grace *grace,
		      const struct kes_hot *hot)
{
	struct kes_stamp stamp;
	bool same;

	kes_read_stamp(&stamp, hot);
	same = seen->known && !memcmp(&stamp, &seen->stamp, sizeof(stamp));
	if (same && seen->settled)
		return false;
	if (!same)
		seen->grace = grace->begun + 1;
	seen->settled = same && grace->ended > seen->grace;
	grace->needed |= !seen->settled;
	seen->known = seen->known && kes_same_memory(&stamp, &seen->stamp);
	seen->stamp = stamp;
	return true;
}

/* Exits of unlisted VMX codes are shown as those of KES_SLOT_UNKNOWN. */
static u32 kes_shown_slot(u32 slot)
{
	if (kes.isa == KES_ISA_VMX && slot < KES_NR_SLOTS)
		return kes_vmx_slots[slot];
	return slot;
}

static void kes_want_exits(struct kes_seen *seen, unsigned long *slots,
			   const struct kes_vcpu *vcpu)
{
	const u64 (*l2)[KES_NR_SLOTS] = kes_l2_of(vcpu);
	unsigned int slot;

	for (slot = 0; slot < KES_NR_SLOTS; slot++) {
		u64 exits = kes_exits_of(vcpu, l2, slot);

		if (exits != seen->exits[slot])
			__set_bit(kes_shown_slot(slot), slots);
		seen->exits[slot] = exits;
	}
	/* Step 3 is after step 2. */
	smp_rmb();
}

static u32 kes_slot_at(const u64 (*columns)[KES_NR_SLOTS], const u64 *counter)
{
	if (columns && counter >= columns[KES_EXITS] &&
	    counter < columns[KES_EXITS] + KES_NR_SLOTS)
		return counter - columns[KES_EXITS];
	return KES_NO_SLOT;
}

/*
 * Before the thread clears KES_LAST, it sets KES_PENDING or, in the hook of the
 * exit, KES_CHARGED: they are read in this order.
 */
static void kes_read_current(u32 *slots, const struct kes_hot *hot)
{
	const struct kes_vcpu *vcpu = hot->vcpu;
	const u64 *pending;

	slots[KES_LAST] = READ_ONCE(hot->last);
	/* See above; pairs with the order of stores on x86. */
	smp_rmb();
	pending = READ_ONCE(hot->pending);
	slots[KES_PENDING] = kes_slot_at((const void *)vcpu->l1, pending);
	if (slots[KES_PENDING] == KES_NO_SLOT)
		slots[KES_PENDING] = kes_slot_at(kes_l2_of(vcpu), pending);
	/* See above. */
	smp_rmb();
	slots[KES_CHARGED] = vcpu->time ? READ_ONCE(vcpu->time->slot) :
					  KES_NO_SLOT;
	/* Step 4 is after step 3. */
	smp_rmb();
}

static void kes_want_current(const struct kes_seen *seen, unsigned long *slots)
{
	unsigned int i;

	for (i = 0; i < KES_NR_CURRENT; i++)
		__set_bit(kes_shown_slot(seen->current_slots[i]), slots);
}

/* Time may be charged to an attempt without an exit as soon as there was one. */
static void kes_want_slots(struct kes_seen *seen, unsigned long *slots,
			   const struct kes_hot *hot)
{
	const struct kes_vcpu *vcpu = hot->vcpu;

	bitmap_zero(slots, KES_NR_TIME_SLOTS);
	kes_want_current(seen, slots);
	kes_want_exits(seen, slots, vcpu);
	kes_read_current(seen->current_slots, hot);
	kes_want_current(seen, slots);
	if (READ_ONCE(vcpu->entries.emulated) || READ_ONCE(vcpu->entries.failed))
		bitmap_set(slots, KES_SLOT_EMULATED,
			   KES_NR_TIME_SLOTS - KES_SLOT_EMULATED);
}

/*
 * Write the slots in @w->only. Return false, with nothing written, if the first
 * change of state moved (see time.h): readers take the times for new ones then.
 */
static bool kes_put_some(struct kes_writer *w, const struct kes_hot *hot,
			 const struct kes_seen *seen)
{
	u32 nr_records = w->nr_records, nr_vcpus = w->nr_vcpus;
	size_t used = w->used;

	w->is_partial = true;
	kes_put_vcpu(w, hot);
	w->is_partial = false;
	if (!hot->vcpu->time || w->time.first_cyc == seen->first_cyc)
		return true;
	w->nr_records = nr_records;
	w->nr_vcpus = nr_vcpus;
	w->used = used;
	return false;
}

void kes_seen_put(struct kes_seen *seen, struct kes_writer *w,
		  const struct kes_hot *hot)
{
	bool known = seen->known;

	seen->known = true;
	if (!hot->vcpu) {
		kes_put_vcpu(w, hot);
		return;
	}
	kes_want_slots(seen, w->only, hot);
	if (!known || !kes_put_some(w, hot, seen))
		kes_put_vcpu(w, hot);
	if (hot->vcpu->time)
		seen->first_cyc = w->time.first_cyc;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: what a reader has seen of a vCPU, see seen.c.
 */
#ifndef KES_SEEN_H
#define KES_SEEN_H

#include "engine.h"

struct kes_writer;

/**
 * struct kes_grace - grace periods of RCU that a reader waits for
 * @cookie: of the one that was begun last
 * @begun: how many were begun, each at the end of a read
 * @ended: how many of them have ended
 * @needed: a vCPU is not settled
 */
struct kes_grace {
	unsigned long cookie;
	u64 begun;
	u64 ended;
	bool needed;
};

/**
 * struct kes_stamp - numbers that are read first
 * @vcpu: the memory of the counters; its address is only compared
 * @time: the same for the group time
 * @histogram: the same for the group histogram
 * @detail: the same for the group detail
 * @attempts: attempts to enter the guest, 0 if the feed does not count them
 * @events: what changes without them, see struct kes_vcpu
 * @seq: changes of state
 */
struct kes_stamp {
	const void *vcpu;
	const void *time;
	const void *histogram;
	const void *detail;
	u64 attempts;
	u64 events;
	u64 seq;
};

/* Slots to which something may still be added */
enum kes_current {
	KES_LAST,		/* its disposition is not known yet */
	KES_PENDING,		/* the same, of the other context */
	KES_CHARGED,		/* the thread's time is charged to it */
	KES_NR_CURRENT,
};

/**
 * struct kes_seen - what a reader has seen of a vCPU
 * @node: node in the list of its VM, in the order of the engine's list
 * @id: of the vCPU
 * @known: it was written before, from the same memory
 * @settled: what was read is complete as long as @stamp does not change
 * @grace: kes_grace.ended when the first one since @stamp was read has ended
 * @stamp: at the last read
 * @first_cyc: the first change of state, as written last
 * @current_slots: at the last read, KES_NO_SLOT if there is none
 * @exits: at the last read, in both contexts
 */
struct kes_seen {
	struct list_head node;
	u32 id;
	bool known;
	bool settled;
	u64 grace;
	struct kes_stamp stamp;
	u64 first_cyc;
	u32 current_slots[KES_NR_CURRENT];
	u64 exits[KES_NR_SLOTS];
};

/*
 * Return whether the vCPU may have changed since it was written last. It is
 * written then. The lock of the VM is held for this and for kes_seen_put().
 */
bool kes_seen_changed(struct kes_seen *seen, struct kes_grace *grace,
		      const struct kes_hot *hot);

/* Write the records of a vCPU: what changed, or all if that is not known. */
void kes_seen_put(struct kes_seen *seen, struct kes_writer *w,
		  const struct kes_hot *hot);

#endif /* KES_SEEN_H */

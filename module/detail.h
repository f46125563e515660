/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: exits by MSR, port, leaf, register, vector or page.
 *
 * Each vCPU has two hash tables of (reason, value) pairs and their counts: one
 * for pages, which would fill a shared table, and one for all other values. A
 * value that finds no free entry within a few steps replaces the least used
 * pair on the way, whose count is added to "other" for its reason. The sum of
 * a reason's values and its "other" is therefore exact.
 *
 * Which pair is the least used is decided as in the Space-Saving algorithm
 * (Metwally, Agrawal, El Abbadi: "Efficient Computation of Frequent and Top-k
 * Elements in Data Streams", 2005): a new pair inherits the weight of the
 * replaced one as its error, and the weight of a pair is its error plus its
 * count. A value that becomes frequent late thus stays in the table, although
 * it starts among values that were counted for long. The error is kept apart
 * from the count: the count of a value starts at 1 when the value enters the
 * table, and a value with an error may have earlier exits in "other".
 *
 * Only the vCPU's thread writes, with interrupts disabled. Readers take no
 * lock: a count is incremented by one instruction, and a sequence counter
 * covers each replacement, so that a reader sees the key, the count and the
 * error of the same pair.
 *
 * The meaning of a value depends on the reason, see struct kes_detail_value in
 * <asm/kvm_exit_stats.h>.
 */
#ifndef KES_DETAIL_H
#define KES_DETAIL_H

#include <linux/bits.h>
#include <linux/hash.h>
#include <linux/seqlock.h>
#include <linux/types.h>

#include "count.h"

DECLARE_STATIC_KEY_FALSE(kes_detail_key);

#define KES_VALUE_BITS		9
#define KES_NR_VALUES		BIT(KES_VALUE_BITS)
#define KES_NR_PAGES		256U
#define KES_NR_PAIRS		(KES_NR_VALUES + KES_NR_PAGES)
#define KES_DETAIL_STEPS	16

/* More than any vendor has reasons with detail */
#define KES_DETAIL_REASONS	24

enum kes_detail_table {
	KES_VALUES,
	KES_PAGES,
};

/* @key: slot + 1 in the upper 8 bits, value in the others; 0: free */
struct kes_pair {
	u64 key;
	u64 count;
};

/**
 * struct kes_detail - the tables of one vCPU
 * @rcu: to free it
 * @pairs: the table for values, then the one for pages
 * @error: by pair: the weight that it inherited, at most U32_MAX
 * @seq: odd while a pair is replaced; usable when zeroed, because only
 *	functions without lockdep use it
 * @slot: slot + 1 of a reason with replaced pairs, in order of appearance
 * @other: by index in @slot: exits counted in pairs that were replaced
 */
struct kes_detail {
	struct rcu_head rcu;	/* must be first */
	struct kes_pair pairs[KES_NR_PAIRS];
	u32 error[KES_NR_PAIRS];
	seqcount_t seq;
	u8 slot[KES_DETAIL_REASONS];
	u64 other[KES_DETAIL_REASONS];
};

static_assert(sizeof(struct kes_detail) <= 16384, "four pages per vCPU");

#define KES_VALUE_MASK	GENMASK_ULL(55, 0)

static inline u64 kes_key(unsigned int slot, u64 value)
{
	return (u64)(slot + 1) << 56 | (value & KES_VALUE_MASK);
}

static inline unsigned int kes_key_slot(u64 key)
{
	return (key >> 56) - 1;
}

/* Called with interrupts disabled. */
void kes_detail_count(struct kes_vcpu *vcpu, enum kes_detail_table table,
		      unsigned int slot, u64 value);

/*
 * Copy pair @i (below KES_NR_PAIRS) and its error while the vCPU may run.
 * Return false if it has no exits.
 */
bool kes_detail_read(const struct kes_detail *detail, unsigned int i,
		     struct kes_pair *pair, u32 *error);

#endif /* KES_DETAIL_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: exits by MSR, port, leaf, register, vector or page.
 *
 * Each vCPU has a small hash table of (reason, value) pairs and their counts.
 * If a new value finds no free entry within a few steps, it replaces the least
 * used pair on the way, whose count is added to "other" for its reason.
 * Frequent values therefore stay in the table, and the sum of a reason's
 * values and its "other" is exact. The count of a value starts when the value
 * enters the table. Pages have a separate table, because they would fill a
 * shared one.
 *
 * The meaning of a value depends on the reason, see struct kes_detail_value in
 * <asm/kvm_exit_stats.h>.
 */
#ifndef KES_DETAIL_H
#define KES_DETAIL_H

#include <linux/hash.h>

#include "count.h"

DECLARE_STATIC_KEY_FALSE(kes_detail_key);

#define KES_VALUE_BITS		9
#define KES_PAGE_BITS		8
#define KES_DETAIL_STEPS	16

enum kes_detail_table {
	KES_VALUES,
	KES_PAGES,
};

/* @key: slot + 1 in the upper 8 bits, value in the others; 0: free */
struct kes_pair {
	u64 key;
	u64 count;
};

struct kes_detail {
	struct kes_pair values[1 << KES_VALUE_BITS];
	struct kes_pair pages[1 << KES_PAGE_BITS];
	u64 other[KES_NR_SLOTS];
};

static_assert(sizeof(struct kes_detail) <= 16384, "four pages per vCPU");

#define KES_VALUE_MASK	GENMASK_ULL(55, 0)

static inline u64 kes_key(unsigned int slot, u64 value)
{
	return (u64)(slot + 1) << 56 | (value & KES_VALUE_MASK);
}

/* Called with interrupts disabled. */
void kes_detail_count(struct kes_vcpu *vcpu, enum kes_detail_table table,
		      unsigned int slot, u64 value);

#endif /* KES_DETAIL_H */

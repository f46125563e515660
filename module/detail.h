/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: which MSR, port, leaf, register, vector, page.
 *
 * A small table per vCPU of (reason, value) pairs and their counts. A value
 * that finds no place within a few steps takes that of the least used pair on
 * its way, whose count goes to an "other" of its reason. So the frequent values
 * stay, and the sum over a reason's values and its "other" is exact; the count
 * of a value is what it had since it last came in. Pages have a table of their
 * own, as they would fill any.
 *
 * What a value means depends on the reason, see KES_REC_DETAIL in
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

/* @key: slot + 1 in the upper 8 bits, value below; 0: free */
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

/* detail.c; interrupts are off */
void kes_detail_count(struct kes_vcpu *vcpu, enum kes_detail_table table,
		      unsigned int slot, u64 value);

#endif /* KES_DETAIL_H */

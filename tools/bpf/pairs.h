/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts (reason, value) pairs in a table of fixed size, like module/detail.c.
 *
 * A value that finds no free pair within a few steps replaces the least used pair
 * on the way, whose count is added to "other" for its reason. So the sum of a
 * reason's values and its "other" is exact.
 *
 * The newcomer may have been replaced before, so up to as many of its exits as the
 * replaced pair had are in "other": this is its error, and decides together with
 * its count which pair is the least used one (the Space-Saving algorithm). Values
 * that become frequent late therefore stay in the table, too.
 *
 * Also used by the unit test, so it needs nothing of BPF.
 */
#ifndef EXITSTAT_PAIRS_H
#define EXITSTAT_PAIRS_H

#include "exitstat-bpf.h"

#define EB_GOLDEN_RATIO_64	0x61c8864680b583ebULL

/* 64 bits, so that the verifier sees the check of what is used as the index */
static inline __attribute__((always_inline)) void
count_other(struct eb_detail *d, u64 slot, u64 n)
{
	if (slot < KES_NR_SLOTS)
		d->other[slot] += n;
}

/* Find the pair for @key, or the least used one; @size: power of two */
static inline __attribute__((always_inline)) u32
find_pair(const struct eb_pair *pairs, u32 size, u32 first, u64 key)
{
	u32 least_used = first & (size - 1);
	u64 least = ~0ULL;

	for (u32 i = 0; i < EB_STEPS; i++) {
		u32 n = (first + i) & (size - 1);
		u64 used;

		if (pairs[n].key == key || !pairs[n].key)
			return n;
		used = pairs[n].count + pairs[n].error;
		if (used < least) {
			least = used;
			least_used = n;
		}
	}
	return least_used;
}

static inline __attribute__((always_inline)) void
count_pair(struct eb_detail *d, struct eb_pair *pairs, u32 bits, u64 key)
{
	u32 n = find_pair(pairs, 1U << bits,
			  key * EB_GOLDEN_RATIO_64 >> (64 - bits), key);
	struct eb_pair *pair = &pairs[n & ((1U << bits) - 1)];

	if (pair->key != key) {
		if (pair->key)
			count_other(d, (pair->key >> 56) - 1, pair->count);
		pair->error += pair->count;
		pair->count = 0;
		pair->key = key;
	}
	pair->count++;
}

static inline __attribute__((always_inline)) u64 pair_key(u32 slot, u64 value)
{
	return (u64)(slot + 1) << 56 | (value & EB_VALUE_MASK);
}

#endif

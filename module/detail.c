// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: counting (reason, value) pairs, see detail.h.
 */
#include <linux/export.h>

#include "detail.h"

/*
 * Part of struct kes_detail.pairs
 * @first: index of its first pair
 * @mask: its size, a power of two, minus 1
 */
static const struct kes_part {
	u32 first;
	u32 mask;
} kes_parts[] = {
	[KES_VALUES] = { 0, KES_NR_VALUES - 1 },
	[KES_PAGES] = { KES_NR_VALUES, KES_NR_PAGES - 1 },
};

static u32 kes_place(const struct kes_part *part, u32 hash, u32 step)
{
	return part->first + ((hash + step) & part->mask);
}

/* Return the counter of exits in replaced pairs for @slot. */
static u64 *kes_other(struct kes_detail *detail, u8 slot)
{
	unsigned int i = 0;

	while (i < KES_DETAIL_REASONS - 1 && detail->slot[i] &&
	       detail->slot[i] != slot + 1)
		i++;
	if (!detail->slot[i])
		WRITE_ONCE(detail->slot[i], slot + 1);
	return &detail->other[i];
}

static u32 kes_least_used(const struct kes_detail *detail,
			  const struct kes_part *part, u32 hash)
{
	u32 step, least = 0;
	u64 least_weight = U64_MAX;

	for (step = 0; step < KES_DETAIL_STEPS; step++) {
		u32 place = kes_place(part, hash, step);
		u64 weight = detail->pairs[place].count + detail->error[place];

		if (weight < least_weight) {
			least_weight = weight;
			least = place;
		}
	}
	return least;
}

/* Replace the least used pair by @key with a count of 1. */
static void kes_detail_replace(struct kes_detail *detail,
			       const struct kes_part *part, u32 hash, u64 key)
{
	u32 place = kes_least_used(detail, part, hash);
	struct kes_pair *pair = &detail->pairs[place];
	u64 weight = pair->count + detail->error[place];

	kes_add_to(kes_other(detail, kes_key_slot(pair->key)), pair->count);
	raw_write_seqcount_begin(&detail->seq);
	WRITE_ONCE(pair->key, key);
	WRITE_ONCE(pair->count, 1);
	WRITE_ONCE(detail->error[place], min_t(u64, weight, U32_MAX));
	raw_write_seqcount_end(&detail->seq);
}

/* Count @key, which is not in its first place. */
static noinline void kes_detail_search(struct kes_detail *detail,
				       const struct kes_part *part,
				       u32 hash, u64 key)
{
	u32 step;

	for (step = 0; step < KES_DETAIL_STEPS; step++) {
		struct kes_pair *pair;

		pair = &detail->pairs[kes_place(part, hash, step)];
		if (!pair->key)
			WRITE_ONCE(pair->key, key);
		if (pair->key == key) {
			kes_inc(&pair->count);
			return;
		}
	}
	kes_detail_replace(detail, part, hash, key);
}

void kes_detail_count(struct kes_vcpu *vcpu, enum kes_detail_table table,
		      unsigned int slot, u64 value)
{
	const struct kes_part *part = &kes_parts[table];
	struct kes_detail *detail = READ_ONCE(vcpu->detail);
	u64 key = kes_key(slot, value);
	struct kes_pair *pair;
	u32 hash;

	if (!detail)
		return;
	hash = hash_64(key, KES_VALUE_BITS);
	pair = &detail->pairs[kes_place(part, hash, 0)];
	if (likely(pair->key == key))
		kes_inc(&pair->count);
	else
		kes_detail_search(detail, part, hash, key);
}
EXPORT_SYMBOL_GPL(kes_detail_count);

DEFINE_STATIC_KEY_FALSE(kes_detail_key);
EXPORT_SYMBOL_GPL(kes_detail_key);

bool kes_detail_read(const struct kes_detail *detail, unsigned int i,
		     struct kes_pair *pair, u32 *error)
{
	unsigned int seq;

	do {
		seq = raw_read_seqcount_begin(&detail->seq);
		pair->key = READ_ONCE(detail->pairs[i].key);
		pair->count = READ_ONCE(detail->pairs[i].count);
		*error = READ_ONCE(detail->error[i]);
	} while (read_seqcount_retry(&detail->seq, seq));
	return pair->key && pair->count;
}

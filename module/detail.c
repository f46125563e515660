// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: counting (reason, value) pairs, see detail.h.
 */
#include <linux/export.h>

#include "detail.h"

/* Replace the least used pair, and add its count to "other" for its reason. */
static void kes_detail_evict(struct kes_detail *detail, struct kes_pair *pair,
			     u64 key)
{
	u64 *other = &detail->other[(pair->key >> 56) - 1];

	WRITE_ONCE(*other, *other + pair->count);
	WRITE_ONCE(pair->count, 1);
	WRITE_ONCE(pair->key, key);
}

void kes_detail_count(struct kes_vcpu *vcpu, enum kes_detail_table table,
		      unsigned int slot, u64 value)
{
	struct kes_detail *detail = READ_ONCE(vcpu->detail);
	unsigned int bits = table == KES_VALUES ? KES_VALUE_BITS : KES_PAGE_BITS;
	struct kes_pair *pairs, *least = NULL;
	u64 key = kes_key(slot, value);
	u32 i, place;

	if (!detail)
		return;
	pairs = table == KES_VALUES ? detail->values : detail->pages;
	place = hash_64(key, bits);
	for (i = 0; i < KES_DETAIL_STEPS; i++) {
		struct kes_pair *pair = &pairs[place];

		if (!pair->key)
			WRITE_ONCE(pair->key, key);
		if (pair->key == key) {
			kes_inc(&pair->count);
			return;
		}
		if (!least || pair->count < least->count)
			least = pair;
		place = (place + 1) % (1 << bits);
	}
	kes_detail_evict(detail, least, key);
}
EXPORT_SYMBOL_GPL(kes_detail_count);

DEFINE_STATIC_KEY_FALSE(kes_detail_key);
EXPORT_SYMBOL_GPL(kes_detail_key);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the slow path of counting, see count.h.
 */
#include <linux/export.h>

#include "count.h"

void kes_count_unknown(struct kes_hot *hot, u32 code)
{
	WRITE_ONCE(hot->vcpu->unknown_last, code);
	kes_count_slot(hot, KES_SLOT_UNKNOWN);
}
EXPORT_SYMBOL_GPL(kes_count_unknown);

DEFINE_STATIC_KEY_FALSE(kes_count_key);
EXPORT_SYMBOL_GPL(kes_count_key);

DEFINE_STATIC_KEY_FALSE(kes_more_key);
EXPORT_SYMBOL_GPL(kes_more_key);

count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count    | * KVM exit statistics: the slow path of counting, see count.h.
count    | */
count    |#include <linux/export.h>
count    |
count    |#include "count.h"
count    |
count    |void kes_count_unknown(struct kes_hot *hot, u32 code)
count    |{
count    |	WRITE_ONCE(hot->vcpu->unknown_last, code);
count    |	kes_count_slot(hot, KES_SLOT_UNKNOWN);
count    |}
count    |EXPORT_SYMBOL_GPL(kes_count_unknown);
count    |
count    |DEFINE_STATIC_KEY_FALSE(kes_count_key);
count    |EXPORT_SYMBOL_GPL(kes_count_key);
time     |
time     |DEFINE_STATIC_KEY_FALSE(kes_more_key);
time     |EXPORT_SYMBOL_GPL(kes_more_key);

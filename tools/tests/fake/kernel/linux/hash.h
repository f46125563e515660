/* SPDX-License-Identifier: GPL-2.0-only */
/* Stand-in for the kernel's header: the same hash. */
#ifndef FAKE_LINUX_HASH_H
#define FAKE_LINUX_HASH_H

#include <linux/types.h>

#define GOLDEN_RATIO_64	0x61C8864680B583EBull

static inline u32 hash_64(u64 value, unsigned int bits)
{
	return value * GOLDEN_RATIO_64 >> (64 - bits);
}

#endif

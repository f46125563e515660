/* SPDX-License-Identifier: GPL-2.0-only */
/* Stand-in for the kernel's header. */
#ifndef FAKE_LINUX_BITS_H
#define FAKE_LINUX_BITS_H

#define BIT(n)			(1UL << (n))
#define GENMASK_ULL(h, l)	(~0ULL << (l) & ~0ULL >> (63 - (h)))

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stand-ins for what the engine's code gets from many headers of the kernel, so that
 * a part of it can be compiled in user space. linux/ has those for headers that this
 * part includes by name.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <linux/types.h>

#undef static_assert
#define static_assert(condition, ...)	_Static_assert(condition, #condition)

#define U32_MAX			((u32)~0U)
#define U64_MAX			((u64)~0ULL)
#define noinline		__attribute__((noinline))
#define likely(x)		__builtin_expect(!!(x), 1)
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile __typeof__(x) *)&(x) = (value))

#define min_t(type, a, b) ({ \
	type min_a = (a), min_b = (b); \
	min_a < min_b ? min_a : min_b; \
})

/* A static key is a bool. */
struct static_key_false {
	bool on;
};

#define DECLARE_STATIC_KEY_FALSE(name)	extern struct static_key_false name
#define DEFINE_STATIC_KEY_FALSE(name)	struct static_key_false name

/* An instruction each, as in module/count.h */
static inline void kes_inc(u64 *n)
{
	__asm__("incq %0" : "+m" (*n));
}

static inline void kes_add_to(u64 *n, u64 value)
{
	__asm__("addq %1, %0" : "+m" (*n) : "r" (value));
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Pseudo-random numbers, the same in every run: xorshift64. */
#ifndef EXITSTAT_TESTS_RANDOM_H
#define EXITSTAT_TESTS_RANDOM_H

#include <stdint.h>

#define RANDOM_SEED	0x9e3779b97f4a7c15

static uint64_t random_state = RANDOM_SEED;

/* Return the upper bits, which are more random. */
static inline uint64_t random_word(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static inline uint64_t random_below(uint64_t n)
{
	return (random_word() >> 11) % n;
}

#endif

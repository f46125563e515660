// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the first 15 Fibonacci numbers, one per line, after computing them
 * @iterations times.
 *
 * Exits: 7 numbers have one digit (0 1 1 2 3 5 8), 5 have two (13 to 89), 3
 * have three (144, 233, 377), and each is followed by one character:
 *	7 * 1 + 5 * 2 + 3 * 3 + 15 = 41 OUT, then 1 HLT: 42 in total.
 * The reference reports "about 50" for an unspecified format (with ", " between
 * the numbers it would be 56), and 2 in another place, because a bug ended the
 * program early. It did not check the numbers.
 */
#include "../lib/real.h"

#define NR_NUMBERS	15

static uint32_t numbers[NR_NUMBERS];

static void compute(void)
{
	int i;

	numbers[0] = 0;
	numbers[1] = 1;
	for (i = 2; i < NR_NUMBERS; i++)
		numbers[i] = numbers[i - 1] + numbers[i - 2];
}

void guest_main(uint32_t iterations)
{
	int i;

	while (iterations--) {
		compute();
		forget_memory();
	}
	for (i = 0; i < NR_NUMBERS; i++) {
		put_number(numbers[i]);
		put_char('\n');
	}
}

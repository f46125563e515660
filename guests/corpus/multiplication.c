// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the multiplication tables from 2 to 9, each up to 9, one product per
 * line ("7x8=56").
 *
 * Exits: 8 tables with 9 lines are 72 lines. Each line has 3 fixed characters
 * ("x", "=", newline), 2 digits for the factors, and the product. 14 products
 * have one digit (4 in the table for 2, 3 for 3, 2 for 4, 1 each for 5 to 9),
 * the other 58 have two:
 *	72 * (3 + 2) + 14 * 1 + 58 * 2 = 490 OUT, then 1 HLT: 491 in total.
 * The reference has the same number; tables up to 10 would have 555.
 */
#include "../lib/real.h"

void guest_main(uint32_t iterations)
{
	uint32_t a, b;

	(void)iterations;
	for (a = 2; a <= 9; a++) {
		for (b = 1; b <= 9; b++) {
			put_number(a);
			put_char('x');
			put_number(b);
			put_char('=');
			put_number(a * b);
			put_char('\n');
		}
	}
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the factorials from 0 to 12, the last that fits in 32 bits ("4! = 24").
 * 13 lines with 5 fixed characters ("! = ", newline), 16 digits for 0 to 12,
 * and the digits of 1 1 2 6 24 120 720 5040 40320 362880 3628800 39916800
 * 479001600, 4 * 1 + 2 + 2 * 3 + 4 + 5 + 6 + 7 + 8 + 9 = 51: 13 * 5 + 16 + 51 =
 * 132 characters, 264 port exits.
 */
#include "user.h"

void factorial(void)
{
	int n, product = 1;

	for (n = 0; n <= 12; n++) {
		if (n)
			product *= n;
		print_number(n);
		print_text("! = ");
		print_number(product);
		print_text("\n");
	}
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the primes up to 100, one per line: 4 with one digit (2 3 5 7), 21 with
 * two, and 25 newlines are 4 + 42 + 25 = 71 characters, 142 port exits.
 */
#include "user.h"

static int is_prime(int n)
{
	int i;

	for (i = 2; i * i <= n; i++) {
		if (n % i == 0)
			return 0;
	}
	return 1;
}

void primes(void)
{
	int n;

	for (n = 2; n <= 100; n++) {
		if (is_prime(n)) {
			print_number(n);
			print_text("\n");
		}
	}
}

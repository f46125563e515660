// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the first 15 Fibonacci numbers, like corpus/fibonacci.c: 41 characters
 * (derived there), 82 port exits.
 */
#include "user.h"

void fibonacci(void)
{
	int a = 0, b = 1, next, i;

	for (i = 0; i < 15; i++) {
		print_number(a);
		print_text("\n");
		next = a + b;
		a = b;
		b = next;
	}
}

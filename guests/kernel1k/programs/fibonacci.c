// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first 15 Fibonacci numbers, as corpus/fibonacci.c prints them: 41
 * characters (derived there), 82 port exits.
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

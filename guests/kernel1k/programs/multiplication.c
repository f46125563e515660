// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the multiplication tables from 2 to 9, like corpus/multiplication.c:
 * 490 characters (derived there), 980 port exits.
 */
#include "user.h"

void multiplication(void)
{
	int a, b;

	for (a = 2; a <= 9; a++) {
		for (b = 1; b <= 9; b++) {
			print_number(a);
			print_text("x");
			print_number(b);
			print_text("=");
			print_number(a * b);
			print_text("\n");
		}
	}
}

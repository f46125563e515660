// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print greatest common divisors of five pairs ("gcd(48, 18) = 6"), with
 * Euclid's algorithm. Five lines with 11 fixed characters ("gcd(", ", ", ") =
 * ", newline: 4 + 2 + 4 + 1), and 5, 9, 4, 5 and 7 digits: 5 * 11 + 30 = 85
 * characters, 170 port exits.
 */
#include "user.h"

static const int pairs[5][2] = {
	{ 48, 18 }, { 1071, 462 }, { 17, 5 }, { 54, 24 }, { 270, 192 },
};

static int divisor(int a, int b)
{
	int rest;

	while (b) {
		rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

void gcd(void)
{
	int i;

	for (i = 0; i < 5; i++) {
		print_text("gcd(");
		print_number(pairs[i][0]);
		print_text(", ");
		print_number(pairs[i][1]);
		print_text(") = ");
		print_number(divisor(pairs[i][0], pairs[i][1]));
		print_text("\n");
	}
}

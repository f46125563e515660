// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the product of two 8x8 matrices, one row per line, after computing it
 * @iterations times.
 *
 * With a[i][k] = i + k and b[k][j] = k + m, where m = 7 - j, an element is
 *	sum over k from 0 to 7 of (i + k)(k + m) = 8 i m + 28 (i + m) + 140,
 * from 140 (i = m = 0) to 8 * 49 + 28 * 14 + 140 = 924 (i = m = 7), so all
 * elements have three digits.
 *
 * Exits: 64 elements of 3 digits, each followed by one character:
 *	64 * (3 + 1) = 256 OUT, then 1 HLT: 257 in total.
 * The reference has 93, so it cannot have printed the whole product: 64 numbers
 * with separators need at least 127 characters. This guest prints all of it, so
 * that the result can be checked.
 */
#include "../lib/real.h"

#define N	8

static uint32_t a[N][N], b[N][N], product[N][N];

static void fill(void)
{
	uint32_t i, j;

	for (i = 0; i < N; i++) {
		for (j = 0; j < N; j++) {
			a[i][j] = i + j;
			b[i][j] = i + N - 1 - j;
		}
	}
}

static void multiply(void)
{
	uint32_t i, j, k, sum;

	for (i = 0; i < N; i++) {
		for (j = 0; j < N; j++) {
			sum = 0;
			for (k = 0; k < N; k++)
				sum += a[i][k] * b[k][j];
			product[i][j] = sum;
		}
	}
}

void guest_main(uint32_t iterations)
{
	uint32_t i, j;

	fill();
	while (iterations--) {
		multiply();
		forget_memory();
	}
	for (i = 0; i < N; i++) {
		for (j = 0; j < N; j++) {
			put_number(product[i][j]);
			put_char(j < N - 1 ? ' ' : '\n');
		}
	}
}

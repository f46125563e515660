// SPDX-License-Identifier: GPL-2.0-only
/*
 * Printing for the real-mode guests, see real.h.
 */
#include "real.h"

void put_number(uint32_t n)
{
	if (n >= 10)
		put_number(n / 10);
	put_char((char)('0' + n % 10));
}

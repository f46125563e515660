// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the digits from 0 to 9, one per timer tick: 10 characters and a newline
 * are 22 port exits.
 */
#include "user.h"

void counter(void)
{
	int i;

	for (i = 0; i <= 9; i++) {
		print_number(i);
		sleep_ticks(1);
	}
	print_text("\n");
}

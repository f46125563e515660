// SPDX-License-Identifier: GPL-2.0-only
/*
 * The digits from 0 to 9, a tick of the timer apart: 10 characters and the
 * line's end are 22 port exits.
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Repeats each line; an empty one ends it. kernel1k.cfg derives the exits from
 * what is typed.
 */
#include "user.h"

void echo(void)
{
	char line[64];

	while (read_line(line, sizeof(line))) {
		print_text(line);
		print_text("\n");
	}
}

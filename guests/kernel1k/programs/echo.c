// SPDX-License-Identifier: GPL-2.0-only
/*
 * Repeat each line; an empty line ends the program. kernel1k.cfg derives the
 * exits from the input.
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

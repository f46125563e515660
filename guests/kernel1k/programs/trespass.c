// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes where the kernel lies, which paging must not allow: the kernel stops
 * it. The fault's error code (7: a page that is there, a write, from ring 3)
 * shows that programs are what they are said to be. It prints nothing itself.
 */
#include "user.h"

#define KERNEL_START	0x100000u

void trespass(void)
{
	*(volatile char *)KERNEL_START = 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write to the kernel's memory, which paging must not allow: the kernel stops
 * the program. The error code of the fault (7: present page, write, ring 3)
 * proves that programs run in ring 3. The program itself prints nothing.
 */
#include "user.h"

#define KERNEL_START	0x100000u

void trespass(void)
{
	*(volatile char *)KERNEL_START = 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interrupt table. All vectors enter entry.S. Ring 3 can only call the gate
 * of the system call.
 */
#include "../lib/idt.h"
#include "kernel.h"

_Static_assert(VECTOR_SYSCALL < IDT_VECTORS, "no gate for the system call");

extern const char entries[][ENTRY_SIZE];

void idt_init(void)
{
	unsigned int i;

	for (i = 0; i < NR_ENTRIES; i++)
		idt_set(i, entries[i]);
	idt_set_user(VECTOR_SYSCALL, entries[NR_ENTRIES]);
	idt_load();
}

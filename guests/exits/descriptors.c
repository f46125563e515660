// SPDX-License-Identifier: GPL-2.0-only
/*
 * A GDT in RAM: the CPU writes the busy bit of a task's descriptor, and the
 * image is read-only. No exits: KVM does not intercept LGDT and LTR.
 */
#include "../lib/segments.h"
#include "exits.h"

#define ENTRIES		(SEL_ABSENT / 8 + 1)
#define EFLAGS_FIXED	2

static uint64_t gdt[ENTRIES];
static struct tss task_a, task_b;
static char trap_stack[0x400], stack_b[0x400];

void descriptors_load(void)
{
	gdt[SEL_CODE / 8] = FLAT_CODE;
	gdt[SEL_DATA / 8] = FLAT_DATA;
	gdt[SEL_USER_CODE / 8] = FLAT_CODE | FOR_RING_3;
	gdt[SEL_USER_DATA / 8] = FLAT_DATA | FOR_RING_3;
	gdt[SEL_CODE64 / 8] = 0x00af9b000000ffff;
	gdt[SEL_ABSENT / 8] = 0x00cf13000000ffff;
	gdt[SEL_TSS_A / 8] = tss_descriptor(&task_a);
	gdt[SEL_TSS_B / 8] = tss_descriptor(&task_b);
	task_a.ss0 = SEL_DATA;
	task_a.esp0 = (uint32_t)(trap_stack + sizeof(trap_stack));
	load_gdt(table_pointer(gdt, sizeof(gdt)));
	load_task(SEL_TSS_A);
}

void descriptors_task_b(void (*entry)(void))
{
	task_b = (struct tss) {
		.eip = (uint32_t)entry,
		.eflags = EFLAGS_FIXED,
		.esp = (uint32_t)(stack_b + sizeof(stack_b) - 4),
		.cs = SEL_CODE,
		.ss = SEL_DATA, .ds = SEL_DATA, .es = SEL_DATA,
		.fs = SEL_DATA, .gs = SEL_DATA,
	};
}

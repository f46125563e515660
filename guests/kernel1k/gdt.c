// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flat segments for both rings, and a task state segment, which is only used
 * for the stack of ring 0 when ring 3 is interrupted (Intel SDM 3A 3.4.5,
 * 7.2.1).
 */
#include "../lib/segments.h"
#include "kernel.h"

static struct tss task;

static uint64_t gdt[] = {
	[KERNEL_CODE >> 3] = FLAT_CODE,
	[KERNEL_DATA >> 3] = FLAT_DATA,
	[USER_CODE >> 3] = FLAT_CODE | FOR_RING_3,
	[USER_DATA >> 3] = FLAT_DATA | FOR_RING_3,
	[TASK_STATE >> 3] = 0,	/* set at run time */
};

static void load_segments(void)
{
	__asm__ volatile(
		"ljmp	%0, $1f\n"
		"1:	movw	%w1, %%ds\n"
		"	movw	%w1, %%es\n"
		"	movw	%w1, %%fs\n"
		"	movw	%w1, %%gs\n"
		"	movw	%w1, %%ss\n"
		: : "i"(KERNEL_CODE), "r"(KERNEL_DATA) : "memory");
}

void gdt_init(void)
{
	gdt[TASK_STATE >> 3] = tss_descriptor(&task);
	task.ss0 = KERNEL_DATA;
	task.io_map = sizeof(task);	/* none: no ports for ring 3 */
	load_gdt(table_pointer(gdt, sizeof(gdt)));
	load_segments();
	load_task(TASK_STATE);
}

void gdt_set_kernel_stack(uint32_t esp)
{
	task.esp0 = esp;
}

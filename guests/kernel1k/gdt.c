// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flat segments for both rings, and the one task state segment, of which only
 * the stack is used that ring 0 gets when ring 3 is interrupted (Intel SDM 3A
 * 3.4.5, 7.2.1).
 */
#include "kernel.h"

#define FLAT_CODE	0x00cf9a000000ffffull
#define FLAT_DATA	0x00cf92000000ffffull
#define RING_3		(3ull << 45)
#define AVAILABLE_TSS	(0x89ull << 40)

struct task_state {
	uint32_t link, esp0, ss0;
	uint32_t unused[22];
	uint16_t trap, io_map;
};
_Static_assert(sizeof(struct task_state) == 104, "not the CPU's layout");

struct pointer {
	uint16_t limit;
	uint32_t base;
} __attribute__((packed));

static struct task_state task;

static uint64_t gdt[] = {
	[KERNEL_CODE >> 3] = FLAT_CODE,
	[KERNEL_DATA >> 3] = FLAT_DATA,
	[USER_CODE >> 3] = FLAT_CODE | RING_3,
	[USER_DATA >> 3] = FLAT_DATA | RING_3,
	[TASK_STATE >> 3] = AVAILABLE_TSS | (sizeof(task) - 1),
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
	const struct pointer pointer = { sizeof(gdt) - 1, (uint32_t)gdt };
	const uint64_t base = (uint32_t)&task;

	gdt[TASK_STATE >> 3] |= (base & 0xffffff) << 16 | (base >> 24) << 56;
	task.ss0 = KERNEL_DATA;
	task.io_map = sizeof(task);	/* none: no port for ring 3 */
	__asm__ volatile("lgdt %0" : : "m"(pointer), "m"(gdt));
	load_segments();
	__asm__ volatile("ltr %w0" : : "r"(TASK_STATE) : "memory");
}

void gdt_set_kernel_stack(uint32_t esp)
{
	task.esp0 = esp;
}

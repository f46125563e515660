// SPDX-License-Identifier: GPL-2.0-only
/*
 * A GDT in RAM: the CPU marks a task that is in use in its descriptor, and the
 * image is read-only. No exits: KVM does not intercept LGDT and LTR.
 */
#include "exits.h"

#define TSS_32		0x89u		/* present, available */
#define ENTRIES		(SEL_ABSENT / 8 + 1)
#define EFLAGS_FIXED	2

struct tss {
	uint32_t link, esp0, ss0, unused[4];
	uint32_t cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
	uint32_t es, cs, ss, ds, fs, gs, ldt;
	uint16_t trap, io_map;
};

_Static_assert(sizeof(struct tss) == 0x68, "not a 32-bit TSS");

static uint64_t gdt[ENTRIES];
static struct tss task_a, task_b;
static char trap_stack[0x400], stack_b[0x400];

static uint64_t descriptor_of(const struct tss *tss)
{
	const uint64_t base = (uint32_t)tss;

	return (sizeof(*tss) - 1) | (base & 0xffffff) << 16 |
	       (uint64_t)TSS_32 << 40 | (base >> 24) << 56;
}

void descriptors_load(void)
{
	const struct {
		uint16_t limit;
		uint32_t base;
	} __attribute__((packed)) pointer = { sizeof(gdt) - 1, (uint32_t)gdt };

	gdt[SEL_CODE / 8] = 0x00cf9b000000ffff;
	gdt[SEL_DATA / 8] = 0x00cf93000000ffff;
	gdt[SEL_USER_CODE / 8] = 0x00cffb000000ffff;
	gdt[SEL_USER_DATA / 8] = 0x00cff3000000ffff;
	gdt[SEL_CODE64 / 8] = 0x00af9b000000ffff;
	gdt[SEL_ABSENT / 8] = 0x00cf13000000ffff;
	gdt[SEL_TSS_A / 8] = descriptor_of(&task_a);
	gdt[SEL_TSS_B / 8] = descriptor_of(&task_b);
	task_a.ss0 = SEL_DATA;
	task_a.esp0 = (uint32_t)(trap_stack + sizeof(trap_stack));
	__asm__ volatile("lgdt %0\n\tltr %w1"
			 : : "m"(pointer), "r"(SEL_TSS_A), "m"(gdt) : "memory");
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

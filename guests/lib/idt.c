// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interrupt table; see idt.h.
 */
#include "idt.h"
#include "segments.h"

#define KERNEL_CODE	0x08
#define INTERRUPT_GATE	0x8e00
#define FOR_USERS	0x6000

struct gate {
	uint16_t offset_low, selector, type, offset_high;
};

static struct gate idt[IDT_VECTORS];

static void set(unsigned int vector, const char *entry, uint16_t type)
{
	const uint32_t offset = (uint32_t)entry;

	idt[vector] = (struct gate) {
		.offset_low = offset & 0xffff,
		.selector = KERNEL_CODE,
		.type = type,
		.offset_high = offset >> 16,
	};
}

void idt_set(unsigned int vector, const char *entry)
{
	set(vector, entry, INTERRUPT_GATE);
}

void idt_set_user(unsigned int vector, const char *entry)
{
	set(vector, entry, INTERRUPT_GATE | FOR_USERS);
}

void idt_load(void)
{
	load_idt(table_pointer(idt, sizeof(idt)));
}

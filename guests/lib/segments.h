/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptor tables of 32-bit mode (Intel SDM 3A 3.4.5, 3.5.1, 7.2.1). Loading
 * one causes no exit, unless KVM emulates UMIP.
 */
#ifndef GUEST_SEGMENTS_H
#define GUEST_SEGMENTS_H

/* Base 0, 4 GiB, ring 0. */
#define FLAT_CODE	0x00cf9b000000ffff
#define FLAT_DATA	0x00cf93000000ffff

#ifndef __ASSEMBLER__

#include <stdint.h>

#define FOR_RING_3	(3ull << 45)
#define AVAILABLE_TSS	(0x89ull << 40)

struct tss {
	uint32_t link, esp0, ss0, unused[4];
	uint32_t cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
	uint32_t es, cs, ss, ds, fs, gs, ldt;
	uint16_t trap, io_map;
};

_Static_assert(sizeof(struct tss) == 0x68, "not the processor's layout");

static inline uint64_t tss_descriptor(const struct tss *tss)
{
	const uint64_t base = (uint32_t)tss;

	return (sizeof(*tss) - 1) | (base & 0xffffff) << 16 | AVAILABLE_TSS |
	       (base >> 24) << 56;
}

/* The operand of LGDT, LIDT, SGDT and SIDT */
struct table_pointer {
	uint16_t limit;
	uint32_t base;
} __attribute__((packed));

static inline struct table_pointer table_pointer(const void *table,
						 uint32_t bytes)
{
	return (struct table_pointer) {
		.limit = (uint16_t)(bytes - 1), .base = (uint32_t)table,
	};
}

static inline void load_gdt(struct table_pointer pointer)
{
	__asm__ volatile("lgdt %0" : : "m"(pointer) : "memory");
}

static inline void load_idt(struct table_pointer pointer)
{
	__asm__ volatile("lidt %0" : : "m"(pointer) : "memory");
}

static inline void load_task(uint16_t selector)
{
	__asm__ volatile("ltr %0" : : "r"(selector) : "memory");
}

#endif
#endif /* GUEST_SEGMENTS_H */

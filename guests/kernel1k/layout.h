/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Selectors and vectors, for C and assembly.
 */
#ifndef KERNEL1K_LAYOUT_H
#define KERNEL1K_LAYOUT_H

/* Segment selectors, in the order of gdt.c; 3 is the ring. */
#define KERNEL_CODE	0x08
#define KERNEL_DATA	0x10
#define USER_CODE	(0x18 | 3)
#define USER_DATA	(0x20 | 3)
#define TASK_STATE	0x28

/* Vectors: 0-31 for the CPU, then 16 for the two interrupt controllers. */
#define VECTOR_IRQ	0x20
#define VECTOR_TIMER	(VECTOR_IRQ + 0)
#define VECTOR_SERIAL	(VECTOR_IRQ + 4)
#define VECTOR_SPURIOUS	(VECTOR_IRQ + 7)
#define VECTOR_SYSCALL	0x80

/* entry.S has code for all vectors below this, and for the system call. */
#define NR_ENTRIES	(VECTOR_IRQ + 16)
#define ENTRY_SIZE	16

#define EFLAGS_IF	0x200

#endif

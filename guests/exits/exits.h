/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the exit generators: the functions of rows.h, expected traps, and a
 * writable GDT.
 */
#ifndef EXITS_H
#define EXITS_H

/* Exit statuses of the image, besides 0 for success */
#define STATUS_NO_SUCH_ROW	2
#define STATUS_FAULT		3	/* unexpected exception */
#define STATUS_NOT_VALID	77	/* other vendor, or missing in CPUID */

/* Selectors of the GDT in descriptors.c. */
#define SEL_CODE	0x08
#define SEL_DATA	0x10
#define SEL_USER_CODE	0x1b
#define SEL_USER_DATA	0x23
#define SEL_CODE64	0x28
#define SEL_TSS_A	0x30
#define SEL_TSS_B	0x38
#define SEL_ABSENT	0x40	/* data, not present */

#ifndef __ASSEMBLER__

#include <stdint.h>

#include "../lib/guest.h"

#define EXIT(name, vendor, needs) void exit_##name(uint32_t n);
#include "rows.h"
#undef EXIT

/* traps.S: written into the image by the runner, see driver.c */
extern const volatile uint32_t chosen_row, chosen_n;

/* traps.S: these cause no exits themselves. */
extern volatile uint32_t resume_at;	/* where to continue after the next fault */
extern volatile uint32_t irqs_seen;
extern volatile uint32_t nmi_again;	/* the next NMI sends another one */
extern const char trap_resume[], trap_resume_error[], trap_step[];
extern const char trap_nmi[], trap_irq[], trap_leave[];

/* Execute an instruction that always causes #UD, #GP, #AC or #BP. */
#define EXPECT_FAULT(instruction, ...) \
	__asm__ volatile("movl $1f, %0\n\t" instruction "\n1:" \
			 : "=m"(resume_at) : __VA_ARGS__ : "memory")

/* Define a generator that executes a statement n times; n counts down to 0. */
#define REPEAT(name, ...)						\
void exit_##name(uint32_t n)						\
{									\
	while (n--) {							\
		__VA_ARGS__;						\
	}								\
}

/* descriptors.c: load a GDT in RAM, with TSS A as the current task. */
void descriptors_load(void);

/* Called in ring 0 by a switch to task B. Does not return. */
void descriptors_task_b(void (*entry)(void));

/* long.S. These do not return. */
_Noreturn void long_mode(void (*entry)(void), uint32_t n);
extern void long_cr8(void), long_cr8_pending(void), long_tpr(void);

/* traps.S: call a function in ring 3, with alignment checks. */
void user_call(void (*entry)(uint32_t n), uint32_t n);

#endif
#endif /* EXITS_H */

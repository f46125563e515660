/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the exit generators share: rows.h as functions, traps that are expected,
 * a GDT that can be written.
 */
#ifndef EXITS_H
#define EXITS_H

/* Verdicts of the image, beside 0: done. */
#define STATUS_NO_SUCH_ROW	2
#define STATUS_FAULT		3	/* an exception that was not expected */
#define STATUS_NOT_VALID	77	/* not this vendor's, or CPUID has it not */

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

/* traps.S; what the runner writes into the image, see driver.c */
extern const volatile uint32_t chosen_row, chosen_n;

/* traps.S; none causes an exit by itself. */
extern volatile uint32_t resume_at;	/* where the next fault goes on */
extern volatile uint32_t irqs_seen;
extern volatile uint32_t nmi_again;	/* the next NMI sends another one */
extern const char trap_resume[], trap_resume_error[], trap_step[];
extern const char trap_nmi[], trap_irq[], trap_leave[];

/* An instruction that ends in #UD, #GP, #AC or #BP each time. */
#define EXPECT_FAULT(instruction, ...) \
	__asm__ volatile("movl $1f, %0\n\t" instruction "\n1:" \
			 : "=m"(resume_at) : __VA_ARGS__ : "memory")

/* The generator of a row that does the same n times, which counts down to 0. */
#define REPEAT(name, ...)						\
void exit_##name(uint32_t n)						\
{									\
	while (n--) {							\
		__VA_ARGS__;						\
	}								\
}

/* descriptors.c: load a GDT in RAM; TSS A is the current task's. */
void descriptors_load(void);

/* Switching to task B calls this, in ring 0 and never to return. */
void descriptors_task_b(void (*entry)(void));

/* long.S: see there. Neither returns. */
_Noreturn void long_mode(void (*entry)(void), uint32_t n);
extern void long_cr8(void), long_cr8_pending(void), long_tpr(void);

/* traps.S: call a function in ring 3, with alignment checked. */
void user_call(void (*entry)(uint32_t n), uint32_t n);

#endif
#endif /* EXITS_H */

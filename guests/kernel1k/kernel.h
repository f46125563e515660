/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel1k: what its files know of each other. One CPU, 32 bits, one program
 * at a time.
 *
 * Interrupts are off while the kernel runs, but in sleep_until_interrupt(), and
 * on in ring 3; so nothing in the kernel is entered twice.
 */
#ifndef KERNEL1K_H
#define KERNEL1K_H

#include <stdint.h>

#include "../lib/abi.h"
#include "../lib/instructions.h"
#include "layout.h"

/* What entry.S leaves on the stack; esp and ss only when ring 3 was left. */
struct frame {
	uint32_t es, ds;
	uint32_t edi, esi, ebp, ignored_esp, ebx, edx, ecx, eax;
	uint32_t vector, error;
	uint32_t eip, cs, eflags, esp, ss;
};

static inline _Noreturn void kernel_exit(uint8_t status)
{
	outb(MINIVMM_PORT_EXIT, status);
	/* Where nobody listens there: sleep for ever, interrupts off. */
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* gdt.c: segments, and where the kernel's stack is when ring 3 is left */
void gdt_init(void);
void gdt_set_kernel_stack(uint32_t esp);

/* idt.c: the vectors, which lead to entry.S */
void idt_init(void);

/* interrupt.c: calls what handles each */
void interrupt(struct frame *frame);

/* paging.c: the first 4 MiB mapped one to one; programs see only their part */
void paging_init(void);

/* timer.c: interrupt controller and timer */
void pic_init(void);
void timer_init(void);
void timer_interrupt(struct frame *frame);
void timer_sleep(uint32_t ticks);

/* serial.c: the console. Port IO exits: 2 per character written; read: 3, and
 * 2 for its echo. */
void serial_init(void);
void serial_interrupt(struct frame *frame);
void serial_write(const char *s, uint32_t length);
char serial_read(void);
void print(const char *s);
void print_hex(uint32_t n);

/* syscall.c */
void system_call(struct frame *frame);

/*
 * ring3.S: run a program in ring 3 until user_leave(), whose status is
 * returned; that is called by an interrupt out of ring 3.
 */
int user_run(void (*entry)(void (*)(void)), uint32_t stack);
_Noreturn void user_leave(int status);

/* main.c */
_Noreturn void kernel_main(void);

#endif /* KERNEL1K_H */

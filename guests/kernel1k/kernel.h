/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel1k: declarations for all its files. One CPU, 32 bits, one program at a
 * time.
 *
 * Interrupts are off in the kernel, except in sleep_until_interrupt(), and on
 * in ring 3. The kernel is therefore never re-entered.
 */
#ifndef KERNEL1K_H
#define KERNEL1K_H

#include <stdint.h>

#include "../lib/abi.h"
#include "../lib/instructions.h"
#include "layout.h"

/* The stack frame made by entry.S; esp and ss only after ring 3 */
struct frame {
	uint32_t es, ds;
	uint32_t edi, esi, ebp, ignored_esp, ebx, edx, ecx, eax;
	uint32_t vector, error;
	uint32_t eip, cs, eflags, esp, ss;
};

static inline _Noreturn void kernel_exit(uint8_t status)
{
	outb(MINIVMM_PORT_EXIT, status);
	/* Without an exit port, sleep for ever with interrupts off. */
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* gdt.c: segments, and the kernel's stack for interrupts in ring 3 */
void gdt_init(void);
void gdt_set_kernel_stack(uint32_t esp);

/* idt.c: the interrupt table */
void idt_init(void);

/* interrupt.c: calls the handler of a vector */
void interrupt(struct frame *frame);

/* paging.c: identity-maps the first 4 MiB; programs can access only their part */
void paging_init(void);

/* timer.c: interrupt controller and timer */
void pic_init(void);
void timer_init(void);
void timer_interrupt(struct frame *frame);
void timer_sleep(uint32_t ticks);

/* serial.c: the console. Port I/O exits: 2 per character written; 3 per character
 * read, and 2 for its echo. */
void serial_init(void);
void serial_interrupt(struct frame *frame);
void serial_write(const char *s, uint32_t length);
char serial_read(void);
void print(const char *s);
void print_hex(uint32_t n);

/* syscall.c */
void system_call(struct frame *frame);

/*
 * ring3.S: run a program in ring 3 until an interrupt handler calls
 * user_leave(), and return its status.
 */
int user_run(void (*entry)(void (*)(void)), uint32_t stack);
_Noreturn void user_leave(int status);

/* main.c */
_Noreturn void kernel_main(void);

#endif /* KERNEL1K_H */

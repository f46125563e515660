// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of handlers. A fault in ring 3 ends the program, a fault in ring 0
 * ends the kernel with status 1.
 */
#include "kernel.h"

#define PAGE_FAULT	14

static void ignore(struct frame *frame)
{
	(void)frame;
}

/* A vector without a handler is a fault. */
static void (*const handlers[VECTOR_SYSCALL + 1])(struct frame *) = {
	[VECTOR_TIMER] = timer_interrupt,
	[VECTOR_SERIAL] = serial_interrupt,
	[VECTOR_SPURIOUS] = ignore,
	[VECTOR_SYSCALL] = system_call,
};

static uint32_t fault_address(void)
{
	uint32_t address;

	__asm__ volatile("movl %%cr2, %0" : "=r"(address));
	return address;
}

static void describe_fault(const struct frame *frame)
{
	print("fault ");
	print_hex(frame->vector);
	print(", error ");
	print_hex(frame->error);
	if (frame->vector == PAGE_FAULT) {
		print(", address ");
		print_hex(fault_address());
	}
}

static void fault(struct frame *frame)
{
	if (frame->cs & 3) {
		print("program stopped: ");
		describe_fault(frame);
		print("\n");
		user_leave(-1);
	}
	print("kernel1k: ");
	describe_fault(frame);
	print(", at ");
	print_hex(frame->eip);
	print("\n");
	kernel_exit(1);
}

void interrupt(struct frame *frame)
{
	if (handlers[frame->vector])
		handlers[frame->vector](frame);
	else
		fault(frame);
}

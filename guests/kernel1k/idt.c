// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vectors, and who handles what. A fault in ring 3 ends the program, one
 * in ring 0 ends the kernel with status 1. The system call is the one gate
 * that ring 3 may call.
 */
#include "kernel.h"

#define GATE_INTERRUPT	0x8e00
#define GATE_RING_3	0x6000
#define PAGE_FAULT	14

struct gate {
	uint16_t offset_low, selector, type, offset_high;
};

struct pointer {
	uint16_t limit;
	uint32_t base;
} __attribute__((packed));

extern char entries[][ENTRY_SIZE];

static struct gate idt[VECTOR_SYSCALL + 1];

static void ignore(struct frame *frame)
{
	(void)frame;
}

/* What has no handler is a fault. */
static void (*const handlers[VECTOR_SYSCALL + 1])(struct frame *) = {
	[VECTOR_TIMER] = timer_interrupt,
	[VECTOR_SERIAL] = serial_interrupt,
	[VECTOR_SPURIOUS] = ignore,
	[VECTOR_SYSCALL] = system_call,
};

static void set_gate(int vector, const char *code, uint16_t type)
{
	idt[vector] = (struct gate) {
		.offset_low = (uint32_t)code & 0xffff,
		.selector = KERNEL_CODE,
		.type = type,
		.offset_high = (uint32_t)code >> 16,
	};
}

void idt_init(void)
{
	const struct pointer pointer = { sizeof(idt) - 1, (uint32_t)idt };
	int i;

	for (i = 0; i < NR_ENTRIES; i++)
		set_gate(i, entries[i], GATE_INTERRUPT);
	set_gate(VECTOR_SYSCALL, entries[NR_ENTRIES],
		 GATE_INTERRUPT | GATE_RING_3);
	__asm__ volatile("lidt %0" : : "m"(pointer), "m"(idt));
}

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

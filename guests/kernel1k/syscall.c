// SPDX-License-Identifier: GPL-2.0-only
/*
 * System calls: INT 0x80, number in EAX, arguments in EBX and ECX, result in
 * EAX, -1 on error. Programs call them through programs/user.h.
 */
#include "kernel.h"
#include "syscall.h"

extern char user_text[], user_end[];

/* Check a pointer from ring 3: the whole range must be in the programs' memory. */
static int is_users(uint32_t address, uint32_t length)
{
	const uint32_t start = (uint32_t)user_text, end = (uint32_t)user_end;

	return address >= start && address <= end && length <= end - address;
}

static uint32_t call_exit(uint32_t status, uint32_t unused)
{
	(void)unused;
	user_leave((int)status);
}

static uint32_t call_write(uint32_t address, uint32_t length)
{
	if (!is_users(address, length))
		return -1u;
	serial_write((const char *)address, length);
	return length;
}

static uint32_t call_read(uint32_t unused, uint32_t unused_too)
{
	(void)unused;
	(void)unused_too;
	return (uint8_t)serial_read();
}

static uint32_t call_sleep(uint32_t ticks, uint32_t unused)
{
	(void)unused;
	timer_sleep(ticks);
	return 0;
}

static uint32_t (*const calls[NR_CALLS])(uint32_t, uint32_t) = {
	[CALL_EXIT] = call_exit,
	[CALL_WRITE] = call_write,
	[CALL_READ] = call_read,
	[CALL_SLEEP] = call_sleep,
};

void system_call(struct frame *frame)
{
	if (frame->eax < NR_CALLS)
		frame->eax = calls[frame->eax](frame->ebx, frame->ecx);
	else
		frame->eax = -1u;
}

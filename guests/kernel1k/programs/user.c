// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library of the programs, based on system calls.
 */
#include "user.h"
#include "../syscall.h"

static uint32_t system_call(uint32_t number, uint32_t first, uint32_t second)
{
	uint32_t result;

	__asm__ volatile("int $0x80" : "=a"(result)
			 : "a"(number), "b"(first), "c"(second) : "memory");
	return result;
}

void user_start(void (*program)(void))
{
	program();
	system_call(CALL_EXIT, 0, 0);
}

void print_text(const char *s)
{
	uint32_t length = 0;

	while (s[length])
		length++;
	system_call(CALL_WRITE, (uint32_t)s, length);
}

void print_number(int32_t n)
{
	uint32_t rest = n < 0 ? -(uint32_t)n : (uint32_t)n;
	char text[12], *s = text + sizeof(text) - 1;

	*s = '\0';
	do {
		*--s = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (n < 0)
		*--s = '-';
	print_text(s);
}

uint32_t read_line(char *line, uint32_t size)
{
	uint32_t length = 0;
	char c;

	while ((c = (char)system_call(CALL_READ, 0, 0)) != '\n') {
		if (length < size - 1)
			line[length++] = c;
	}
	line[length] = '\0';
	return length;
}

void sleep_ticks(uint32_t ticks)
{
	system_call(CALL_SLEEP, ticks, 0);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The console: COM1, a 16450 or better, without its FIFO, because enabling the
 * FIFO would discard input that was typed before.
 *
 * Output is polled: one IN for the status and one OUT per character. (The
 * transmitter is always ready in a VM that sends immediately.)
 *
 * Input uses an interrupt that is only enabled while the kernel waits for a
 * byte. Each byte is therefore one interrupt and three exits (OUT, OUT, IN), no
 * matter how fast bytes arrive. With an interrupt that stays enabled, the
 * number of bytes per interrupt would vary. The interrupt is disabled before
 * the byte is read: otherwise the next byte could arrive immediately and leave
 * its interrupt latched in the controller.
 */
#include "kernel.h"

#define COM1			0x3f8
#define DATA			(COM1 + 0)
#define INTERRUPT_ENABLE	(COM1 + 1)
#define LINE_CONTROL		(COM1 + 3)
#define MODEM_CONTROL		(COM1 + 4)
#define LINE_STATUS		(COM1 + 5)

#define WHEN_RECEIVED	0x01
#define DIVISOR_LATCH	0x80
#define EIGHT_BITS	0x03
#define DTR_RTS_OUT2	0x0b	/* OUT2 enables the interrupt line */
#define CAN_SEND	0x20

static volatile int have_byte;
static volatile char byte;

/* 6 OUT. 115,200 bits a second, 8N1. */
void serial_init(void)
{
	outb(INTERRUPT_ENABLE, 0);
	outb(LINE_CONTROL, DIVISOR_LATCH);
	outb(DATA, 1);
	outb(INTERRUPT_ENABLE, 0);
	outb(LINE_CONTROL, EIGHT_BITS);
	outb(MODEM_CONTROL, DTR_RTS_OUT2);
}

void serial_interrupt(struct frame *frame)
{
	(void)frame;
	outb(INTERRUPT_ENABLE, 0);
	byte = (char)inb(DATA);
	have_byte = 1;
}

void serial_write(const char *s, uint32_t length)
{
	while (length--) {
		while (!(inb(LINE_STATUS) & CAN_SEND))
			;
		outb(DATA, (uint8_t)*s++);
	}
}

/* Read a character and echo it; convert a terminal's return key to a newline. */
char serial_read(void)
{
	char c;

	have_byte = 0;
	outb(INTERRUPT_ENABLE, WHEN_RECEIVED);
	while (!have_byte)
		sleep_until_interrupt();
	c = byte == '\r' ? '\n' : byte;
	serial_write(&c, 1);
	return c;
}

void print(const char *s)
{
	uint32_t length = 0;

	while (s[length])
		length++;
	serial_write(s, length);
}

void print_hex(uint32_t n)
{
	char text[] = "0x00000000";
	int i;

	for (i = 9; i > 1; i--, n >>= 4)
		text[i] = "0123456789abcdef"[n & 15];
	print(text);
}

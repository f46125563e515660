// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two 8259 interrupt controllers, and channel 0 of the 8254 timer at
 * 100 Hz.
 *
 * The controllers are in automatic EOI mode, which is safe because handlers run
 * with interrupts off. This saves an OUT per interrupt, so that the number of
 * port exits does not depend on the number of ticks.
 */
#include "kernel.h"

#define PIC_COMMAND	0x20
#define PIC_DATA	0x21
#define PIC2_COMMAND	0xa0
#define PIC2_DATA	0xa1
#define ICW1_START	0x11
#define ICW4_8086_AEOI	0x03
#define ENABLED_IRQS	(1 << 0 | 1 << 4)	/* timer, COM1 */

#define PIT_CHANNEL_0	0x40
#define PIT_COMMAND	0x43
#define PIT_RATE	0x34	/* channel 0, both bytes, mode 2 */
#define PIT_CLOCK	1193182
#define TICKS_PER_S	100

static volatile uint32_t ticks;

/* 10 OUT, all to devices in KVM if it has the interrupt chip. */
void pic_init(void)
{
	outb(PIC_COMMAND, ICW1_START);
	outb(PIC2_COMMAND, ICW1_START);
	outb(PIC_DATA, VECTOR_IRQ);
	outb(PIC2_DATA, VECTOR_IRQ + 8);
	outb(PIC_DATA, 1 << 2);		/* the second one is on line 2 */
	outb(PIC2_DATA, 2);
	outb(PIC_DATA, ICW4_8086_AEOI);
	outb(PIC2_DATA, ICW4_8086_AEOI);
	outb(PIC_DATA, (uint8_t)~ENABLED_IRQS);
	outb(PIC2_DATA, 0xff);
}

/* 3 OUT, to a device in KVM. Return after the first tick, when the timer works. */
void timer_init(void)
{
	const uint16_t divisor = PIT_CLOCK / TICKS_PER_S;

	outb(PIT_COMMAND, PIT_RATE);
	outb(PIT_CHANNEL_0, divisor & 0xff);
	outb(PIT_CHANNEL_0, divisor >> 8);
	timer_sleep(1);
}

void timer_interrupt(struct frame *frame)
{
	(void)frame;
	ticks++;
}

void timer_sleep(uint32_t nr)
{
	const uint32_t start = ticks;

	while (ticks - start < nr)
		sleep_until_interrupt();
}

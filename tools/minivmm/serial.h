/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A 16550A serial port without its line: bytes written are sent at once, bytes
 * received wait in a queue. Does no I/O and has no lock.
 */
#ifndef MINIVMM_SERIAL_H
#define MINIVMM_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

#define SERIAL_QUEUE	16

struct serial {
	uint8_t ier, lcr, mcr, scratch, fifo;
	uint8_t divisor[2];
	bool sent;		/* the interrupt for an empty transmitter is due */
	uint8_t queue[SERIAL_QUEUE];
	unsigned int first, nr;
};

/* A read or write of register 0 to 7; what is to be sent, or -1. */
uint8_t serial_read(struct serial *s, unsigned int reg);
int serial_write(struct serial *s, unsigned int reg, uint8_t value);

/* Does the port ask for an interrupt? */
bool serial_irq(const struct serial *s);

/* Is there room, and will an interrupt tell the guest? */
bool serial_wants(const struct serial *s);
bool serial_has_room(const struct serial *s);
void serial_receive(struct serial *s, uint8_t byte);

#endif

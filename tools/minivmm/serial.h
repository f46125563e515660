/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registers of a 16550A serial port: written bytes are sent immediately,
 * received bytes are queued. Does no I/O and takes no lock.
 */
#ifndef MINIVMM_SERIAL_H
#define MINIVMM_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

#define SERIAL_QUEUE	16

struct serial {
	uint8_t ier, lcr, mcr, scratch, fifo;
	uint8_t divisor[2];
	bool sent;		/* interrupt for an empty transmitter is pending */
	uint8_t queue[SERIAL_QUEUE];
	unsigned int first, nr;
};

/* Read or write register 0 to 7. serial_write() returns a byte to send, or -1. */
uint8_t serial_read(struct serial *s, unsigned int reg);
int serial_write(struct serial *s, unsigned int reg, uint8_t value);

/* Return true if the interrupt line is high. */
bool serial_irq(const struct serial *s);

/* Return true if there is room, and received bytes raise an interrupt. */
bool serial_wants(const struct serial *s);
bool serial_has_room(const struct serial *s);
void serial_receive(struct serial *s, uint8_t byte);

#endif

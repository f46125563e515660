// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements serial.h: the software-visible registers of National
 * Semiconductor's PC16550D. There is no timing: the transmitter is always
 * empty, and there are no overruns.
 */
#include "serial.h"

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCRATCH, FCR = IIR };

#define IER_RECEIVED	0x01
#define IER_SENT	0x02
#define IER_BITS	0x0f
#define IIR_NONE	0x01
#define IIR_SENT	0x02
#define IIR_RECEIVED	0x04
#define IIR_FIFO	0xc0
#define FCR_ENABLE	0x01
#define FCR_CLEAR	0x02
#define LCR_DIVISOR	0x80
#define MCR_OUT2	0x08	/* enables the interrupt line on a PC */
#define MCR_LOOP	0x10
#define MCR_BITS	0x1f
#define LSR_RECEIVED	0x01
#define LSR_EMPTY	0x60	/* holding register and shift register */
#define MSR_CONNECTED	0xb0	/* DCD, DSR, CTS */

static bool receive_due(const struct serial *s)
{
	return s->nr && s->ier & IER_RECEIVED;
}

static bool send_due(const struct serial *s)
{
	return s->sent && s->ier & IER_SENT;
}

bool serial_irq(const struct serial *s)
{
	return s->mcr & MCR_OUT2 && (receive_due(s) || send_due(s));
}

bool serial_has_room(const struct serial *s)
{
	return s->nr < SERIAL_QUEUE;
}

bool serial_wants(const struct serial *s)
{
	return serial_has_room(s) && s->ier & IER_RECEIVED && s->mcr & MCR_OUT2;
}

void serial_receive(struct serial *s, uint8_t byte)
{
	if (serial_has_room(s))
		s->queue[(s->first + s->nr++) % SERIAL_QUEUE] = byte;
}

static uint8_t take(struct serial *s)
{
	uint8_t byte = s->queue[s->first];

	if (!s->nr)
		return 0;
	s->first = (s->first + 1) % SERIAL_QUEUE;
	s->nr--;
	return byte;
}

/* Reading it acknowledges the transmitter's interrupt. */
static uint8_t read_iir(struct serial *s)
{
	uint8_t fifo = s->fifo ? IIR_FIFO : 0;

	if (receive_due(s))
		return fifo | IIR_RECEIVED;
	if (!send_due(s))
		return fifo | IIR_NONE;
	s->sent = false;
	return fifo | IIR_SENT;
}

/* In loopback mode, DTR, RTS, OUT1 and OUT2 are connected to the inputs. */
static uint8_t read_msr(const struct serial *s)
{
	uint8_t m = s->mcr;

	if (!(m & MCR_LOOP))
		return MSR_CONNECTED;
	return (uint8_t)((m & 1) << 5 | (m & 2) << 3 | (m & 0xc) << 4);
}

uint8_t serial_read(struct serial *s, unsigned int reg)
{
	if (s->lcr & LCR_DIVISOR && reg <= IER)
		return s->divisor[reg];
	switch (reg) {
	case DATA: return take(s);
	case IER: return s->ier;
	case IIR: return read_iir(s);
	case LCR: return s->lcr;
	case MCR: return s->mcr;
	case LSR: return s->nr ? LSR_EMPTY | LSR_RECEIVED : LSR_EMPTY;
	case MSR: return read_msr(s);
	default: return s->scratch;
	}
}

static int send(struct serial *s, uint8_t byte)
{
	s->sent = true;
	if (!(s->mcr & MCR_LOOP))
		return byte;
	serial_receive(s, byte);
	return -1;
}

int serial_write(struct serial *s, unsigned int reg, uint8_t value)
{
	if (s->lcr & LCR_DIVISOR && reg <= IER) {
		s->divisor[reg] = value;
		return -1;
	}
	switch (reg) {
	case DATA:
		return send(s, value);
	case IER:
		/* Enabling the interrupt raises it: the transmitter is empty. */
		s->sent |= value & ~s->ier & IER_SENT;
		s->ier = value & IER_BITS;
		break;
	case FCR:
		s->fifo = value & FCR_ENABLE;
		if (value & FCR_CLEAR)
			s->nr = 0;
		break;
	case LCR:
		s->lcr = value;
		break;
	case MCR:
		s->mcr = value & MCR_BITS;
		break;
	case SCRATCH:
		s->scratch = value;
		break;
	}
	return -1;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Port I/O: the ports of guests/lib/abi.h, and the few PC devices that guests
 * need. A port without a row reads as ones and ignores writes. This includes
 * the ports of the PCI configuration space.
 */
#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "abi.h"
#include "input.h"
#include "ports.h"

#define LINE_MAX_BYTES	4096
#define SERIAL_IRQ	4

#define KEYBOARD_BUSY	0x02
#define KEYBOARD_RESET	0xfe

/* One access; the handler of an IN sets value. */
struct access {
	unsigned int reg;	/* offset of the port in its row */
	bool in;
	uint32_t value;
};

static void write_out(struct vmm *vmm, const char *data, size_t len)
{
	pthread_mutex_lock(&vmm->output_lock);
	while (len) {
		ssize_t n = write(STDOUT_FILENO, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		data += n;
		len -= (size_t)n;
	}
	if (len && !vmm->output_errno) {
		vmm->output_errno = errno;
		vmm_wake(vmm);
	}
	pthread_mutex_unlock(&vmm->output_lock);
}

/*
 * Write a partial line. If a program ends while there are others, add a
 * newline, so that the next line does not continue it.
 */
void ports_flush(struct vcpu *v, bool last)
{
	if (!v->line.len)
		return;
	if (last && v->vmm->nr_vcpus > 1 && v->line.data[v->line.len - 1] != '\n')
		buf_append(&v->line, "\n", 1);
	write_out(v->vmm, v->line.data, v->line.len);
	v->line.len = 0;
}

static int console(struct vcpu *v, struct access *a)
{
	char c = (char)a->value;

	if (a->in)
		return END_NOT;
	buf_append(&v->line, &c, 1);
	if (c == '\n' || v->line.len == LINE_MAX_BYTES)
		ports_flush(v, false);
	return END_NOT;
}

static int exit_port(struct vcpu *v, struct access *a)
{
	if (a->in)
		return END_NOT;
	v->status = a->value;
	v->err.text[0] = '\0';
	return a->value ? END_STATUS : END_WELL;
}

static int abi(struct vcpu *v, struct access *a)
{
	(void)v;
	a->value = MINIVMM_ABI_MAGIC + MINIVMM_ABI_VERSION;
	return END_NOT;
}

/* Wait for input, or until the machine stops. */
static int input(struct vcpu *v, struct access *a)
{
	struct pollfd fds[] = {
		{ .fd = v->vmm->input, .events = POLLIN },
		{ .fd = v->vmm->stop_fd, .events = POLLIN },
	};
	char byte;

	if (!a->in)
		return END_NOT;
	ports_flush(v, false);
	while (poll(fds, ARRAY_LEN(fds), -1) < 0 && errno == EINTR)
		;
	if (!fds[1].revents && input_take(v->vmm, &byte))
		a->value = (uint8_t)byte;
	return END_NOT;
}

static int vcpu_number(struct vcpu *v, struct access *a)
{
	a->value = v->index;
	return END_NOT;
}

/* Update the interrupt line of the port. The caller holds device_lock. */
static void serial_line(struct vmm *vmm)
{
	struct kvm_irq_level level = {
		.irq = SERIAL_IRQ, .level = serial_irq(&vmm->serial),
	};
	struct errbuf err;

	if (level.level == vmm->serial_level ||
	    !(vmm->wants & MINIVMM_WANTS_IRQCHIP))
		return;
	vmm->serial_level = level.level;
	call_kvm(&vmm->times, vmm->vm, CALL_IRQ_LINE, &level, &err);
}

void ports_receive(struct vmm *vmm, uint8_t byte)
{
	pthread_mutex_lock(&vmm->device_lock);
	serial_receive(&vmm->serial, byte);
	serial_line(vmm);
	pthread_mutex_unlock(&vmm->device_lock);
}

/*
 * A guest that enables interrupts gets its input from watch.c. A guest that
 * polls the port gets it here, unless it is an operating system: its driver
 * drops what it reads while it probes the port.
 */
static int serial(struct vcpu *v, struct access *a)
{
	struct vmm *vmm = v->vmm;
	bool wanted;
	int sent = -1;
	char byte;

	pthread_mutex_lock(&vmm->device_lock);
	wanted = serial_wants(&vmm->serial);
	if (!a->in) {
		sent = serial_write(&vmm->serial, a->reg, (uint8_t)a->value);
	} else {
		if (!v->boot.kind->os && !vmm->serial.nr && !wanted &&
		    input_ready(vmm) && input_take(vmm, &byte))
			serial_receive(&vmm->serial, (uint8_t)byte);
		a->value = serial_read(&vmm->serial, a->reg);
	}
	serial_line(vmm);
	if (!wanted && serial_wants(&vmm->serial))
		vmm_wake(vmm);
	pthread_mutex_unlock(&vmm->device_lock);
	byte = (char)sent;
	if (sent >= 0)
		write_out(vmm, &byte, 1);
	return END_NOT;
}

/*
 * There is no keyboard. The status register shows that the controller is ready
 * for a command, and the only supported command resets the CPU.
 */
static int keyboard(struct vcpu *v, struct access *a)
{
	if (a->in)
		a->value = 0xff & ~KEYBOARD_BUSY;
	else if (a->value == KEYBOARD_RESET) {
		err_set(&v->err, 0, "reset by the keyboard controller");
		return END_WELL;
	}
	return END_NOT;
}

static uint8_t bcd(int n)
{
	return (uint8_t)(n / 10 % 10 << 4 | n % 10);
}

static uint8_t cmos_register(unsigned int index)
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	switch (index) {
	case 0x00: return bcd(tm.tm_sec);
	case 0x02: return bcd(tm.tm_min);
	case 0x04: return bcd(tm.tm_hour);
	case 0x06: return bcd(tm.tm_wday + 1);
	case 0x07: return bcd(tm.tm_mday);
	case 0x08: return bcd(tm.tm_mon + 1);
	case 0x09: return bcd(tm.tm_year % 100);
	case 0x32: return bcd(19 + tm.tm_year / 100);
	case 0x0a: return 0x26;	/* no update in progress, default divider */
	case 0x0b: return 0x02;	/* 24 hours, BCD */
	case 0x0d: return 0x80;	/* battery good */
	default: return 0;
	}
}

static int cmos(struct vcpu *v, struct access *a)
{
	struct vmm *vmm = v->vmm;

	pthread_mutex_lock(&vmm->device_lock);
	if (!a->in && !a->reg)
		vmm->cmos_index = a->value & 0x7f;
	else if (a->in && a->reg)
		a->value = cmos_register(vmm->cmos_index);
	pthread_mutex_unlock(&vmm->device_lock);
	return END_NOT;
}

static const struct {
	uint16_t first, last;
	int (*access)(struct vcpu *v, struct access *a);
} rows[] = {
	{ MINIVMM_PORT_CONSOLE, MINIVMM_PORT_CONSOLE, console },
	{ MINIVMM_PORT_EXIT, MINIVMM_PORT_EXIT, exit_port },
	{ MINIVMM_PORT_INPUT, MINIVMM_PORT_INPUT, input },
	{ MINIVMM_PORT_VCPU, MINIVMM_PORT_VCPU, vcpu_number },
	{ MINIVMM_PORT_ABI, MINIVMM_PORT_ABI, abi },
	{ 0x3f8, 0x3ff, serial },
	{ 0x70, 0x71, cmos },
	{ 0x64, 0x64, keyboard },
};

/* Handle one access; a string instruction has several. */
static int one_access(struct vcpu *v, uint16_t port, bool in, void *data,
		      size_t size)
{
	struct access a = { .in = in, .value = 0xffffffff };
	int end = END_NOT;

	if (!in) {
		a.value = 0;
		memcpy(&a.value, data, size);
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (port < rows[i].first || port > rows[i].last)
			continue;
		a.reg = port - rows[i].first;
		end = rows[i].access(v, &a);
		break;
	}
	if (in)
		memcpy(data, &a.value, size);
	return end;
}

int ports_io(struct vcpu *v)
{
	uint8_t *data = (uint8_t *)v->run + v->run->io.data_offset;
	int end = END_NOT;

	for (uint32_t i = 0; i < v->run->io.count && end == END_NOT; i++) {
		end = one_access(v, v->run->io.port,
				 v->run->io.direction == KVM_EXIT_IO_IN, data,
				 v->run->io.size);
		data += v->run->io.size;
	}
	return end;
}

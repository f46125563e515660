// SPDX-License-Identifier: GPL-2.0-only
/*
 * The input of guests: standard input or a file. A terminal is in raw mode
 * while it is the console of a Linux guest; ^A x ends the guest. Its mode is
 * restored on every exit that the program can handle.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include "input.h"

#define ESCAPE	1	/* ^A */

static struct termios saved;
static bool is_raw;

static void make_raw(int fd)
{
	struct termios raw;

	if (tcgetattr(fd, &saved))
		return;
	raw = saved;
	cfmakeraw(&raw);
	raw.c_oflag |= OPOST;	/* for minivmm's own messages */
	is_raw = !tcsetattr(fd, TCSANOW, &raw);
}

int input_open(struct vmm *vmm, struct errbuf *err)
{
	const char *name = vmm->options->input;

	vmm->input = name ? open(name, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (vmm->input < 0)
		return err_set(err, -errno, "%s: %m", name);
	if (!name && vmm->vcpus[0].boot.kind->os && isatty(STDIN_FILENO))
		make_raw(STDIN_FILENO);
	return 0;
}

void input_close(struct vmm *vmm)
{
	if (vmm->options->input)
		close(vmm->input);
	if (is_raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	is_raw = false;
}

bool input_is_raw(void)
{
	return is_raw;
}

bool input_ready(struct vmm *vmm)
{
	struct pollfd fd = { .fd = vmm->input, .events = POLLIN };

	return !vmm->input_ended && poll(&fd, 1, 0) > 0;
}

static bool read_byte(struct vmm *vmm, char *byte)
{
	ssize_t n;

	do
		n = read(vmm->input, byte, 1);
	while (n < 0 && errno == EINTR && !vmm->quit);
	if (n != 1)
		vmm->input_ended = true;
	return n == 1;
}

bool input_take(struct vmm *vmm, char *byte)
{
	if (vmm->input_ended || !read_byte(vmm, byte))
		return false;
	if (!is_raw || *byte != ESCAPE)
		return true;
	if (!read_byte(vmm, byte))
		return false;
	if (*byte != 'x')
		return true;	/* ^A ^A is ^A */
	vmm->quit = true;
	vmm_wake(vmm);
	return false;
}

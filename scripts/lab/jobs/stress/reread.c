// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read an open file again and again, from its start; only a part of it every fifth
 * time.
 *
 *   reread FILE
 *
 * Ends at SIGTERM, and prints how many reads succeeded.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile sig_atomic_t stop;
static char buffer[1 << 20];

static void end(int sig)
{
	(void)sig;
	stop = 1;
}

static void read_once(int fd, size_t limit)
{
	ssize_t size;
	off_t at = 0;

	do {
		size = pread(fd, buffer, limit < sizeof(buffer) ? limit :
			     sizeof(buffer), at);
		if (size < 0)
			err(1, "read");
		at += size;
	} while (size > 0 && limit >= sizeof(buffer));
}

int main(int argc, char **argv)
{
	unsigned long n;
	int fd;

	if (argc != 2)
		errx(2, "usage: reread FILE");
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", argv[1]);
	signal(SIGTERM, end);
	for (n = 0; !stop; n++) {
		read_once(fd, n % 5 == 4 ? 200 : sizeof(buffer));
		usleep(20000);
	}
	printf("%lu\n", n);
	return 0;
}

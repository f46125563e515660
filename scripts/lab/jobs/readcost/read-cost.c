// SPDX-License-Identifier: GPL-2.0-only
/*
 * read-cost FILE: read a debugfs file again and again, from offset 0 of the same open
 * file. Prints the shortest time in ns and the size of that answer, without the first
 * answers. Where L1's clock counts instructions (lab svm with one CPU), this is a number
 * of instructions.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MAX_FILE	(64 << 20)
#define FIRST		5
#define READS		20
#define PAUSE_US	50000

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static size_t read_all(int fd, char *data)
{
	size_t len = 0;
	ssize_t n;

	while ((n = pread(fd, data + len, MAX_FILE - len, (off_t)len)) > 0)
		len += (size_t)n;
	if (n < 0)
		err(1, "read");
	return len;
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	char *data = malloc(MAX_FILE);
	long long least = -1;
	size_t size = 0;

	if (fd < 0 || !data)
		err(1, "%s", argc == 2 ? argv[1] : "usage");
	for (int i = 0; i < FIRST + READS; i++) {
		long long ns = now_ns();
		size_t len = read_all(fd, data);

		ns = now_ns() - ns;
		if (i >= FIRST && (least < 0 || ns < least)) {
			least = ns;
			size = len;
		}
		usleep(PAUSE_US);
	}
	printf("%lld %zu\n", least, size);
	return 0;
}

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

#include "read-file.h"

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
		size_t len = read_file(fd, data, MAX_FILE);

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

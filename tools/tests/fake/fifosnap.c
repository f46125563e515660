// SPDX-License-Identifier: GPL-2.0-only
/*
 * fifosnap PATH COUNT: a kernel that knows how often it was asked. Each open of
 * PATH, a FIFO, is answered with the next snapshot, and the file COUNT says how
 * many there have been. From one snapshot to the next, every reason of every vCPU
 * counts on by the same, 264 exits in all, so that whatever is lost of a recording
 * is seen in its sums.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snapwrite.h"

#define NR_VMS		2
#define NR_VCPUS	2
#define NR_REASONS	11
#define TSC_KHZ		1000000ull

static void put_groups(struct snapwrite *s, uint64_t n)
{
	snapwrite_part(s, KES_REC_USERSPACE);
	snapwrite_element(s, &(struct kes_userspace) { .reason = 2,
						       .count = n });
	snapwrite_times(s, 1, 1 + n * 100, n * 50, KES_STATE_GUEST,
			KES_CODE_NONE);
	snapwrite_handler(s, 1, n * 50, 60);
	snapwrite_part(s, KES_REC_HISTOGRAM);
	snapwrite_element(s, &(struct kes_histogram_exit) {
		.code = 1, .bucket = { 0, 0, 0, n } });
}

/* The @n-th; reason c counts c + 1 from each to the next. */
static void make_snapshot(struct snapwrite *s, uint64_t n)
{
	snapwrite_begin(s, KES_ISA_VMX, 0x1f);
	snapwrite_clock(s, TSC_KHZ, 1 + n * 100, KES_GROUP_COUNT |
			KES_GROUP_TIME | KES_GROUP_HISTOGRAM);
	for (uint32_t vm = 1; vm <= NR_VMS; vm++) {
		snapwrite_vm(s, vm, 700 + vm, vm, 0, "kill");
		for (uint32_t v = 0; v < NR_VCPUS; v++) {
			snapwrite_vcpu(s, KES_REC_VCPU, v, n * 66);
			for (uint64_t c = 0; c < NR_REASONS; c++)
				snapwrite_count(s, c, n * (c + 1), 0);
			put_groups(s, n);
		}
	}
	snapwrite_end(s);
}

/* The next reader gets another FIFO: the last one may still be reading. */
static int next_fifo(const char *path)
{
	char next[4096];

	snprintf(next, sizeof(next), "%s.next", path);
	return mkfifo(next, 0600) || rename(next, path) ? -1 : 0;
}

static int say_count(const char *path, uint64_t n)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%llu\n", (unsigned long long)n);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	int rc = fd < 0 || pwrite(fd, text, (size_t)len, 0) != len ? -1 : 0;

	if (fd >= 0)
		close(fd);
	return rc;
}

int main(int argc, char **argv)
{
	struct snapwrite s;

	if (argc != 3 || next_fifo(argv[1]) || say_count(argv[2], 0))
		return 2;
	signal(SIGPIPE, SIG_IGN);
	for (uint64_t n = 1;; n++) {
		int fd = open(argv[1], O_WRONLY);

		if (fd < 0 || next_fifo(argv[1]))
			return 1;
		make_snapshot(&s, n);
		/* a reader that was killed meanwhile has been asked for */
		if (write(fd, s.data, s.len) < 0)
			fprintf(stderr, "fifosnap: a reader went away\n");
		if (say_count(argv[2], n))
			return 1;
		close(fd);
		snapwrite_free(&s);
	}
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * fifosnap PATH COUNT: fake kernel that counts the reads of its snapshot. Each
 * open of PATH, a FIFO, returns the next snapshot; the file COUNT has the number
 * of opens. From one snapshot to the next, every reason of every vCPU grows by a
 * fixed number, 264 exits in total, so that a lost sample shows in the sums of
 * the recording.
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

/* Snapshot @n; the counter of reason c grows by c + 1 per snapshot. */
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

/* Create a new FIFO for the next reader: the last one may still be reading. */
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
		/* a reader that was killed in the meantime counts, too */
		if (write(fd, s.data, s.len) < 0)
			fprintf(stderr, "fifosnap: the reader closed the FIFO early\n");
		if (say_count(argv[2], n))
			return 1;
		close(fd);
		snapwrite_free(&s);
	}
}

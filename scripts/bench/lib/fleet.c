// SPDX-License-Identifier: GPL-2.0-only
/*
 * fleet DIR VCPUS ACTIVE GROUPS RUNNING FILE: simulate a host with many vCPUs, until
 * killed.
 *
 * VMs have four vCPUs, each with 20 exit reasons. Of the first RUNNING vCPUs, ACTIVE
 * reasons grow in every tick; the others are halted. GROUPS: 0 for counts only, 1 for
 * counts, time and histograms.
 *
 * FILE "snapshot": DIR/snapshot has all counters, and is replaced by those of the next
 * tick ten times a second.
 *
 * FILE "changes": DIR/changes has what changed since the last read. A file does not
 * know when it is read, but fanotify asks before each read, which then waits for what
 * changed in the next tick. So this serves one reader, which has to take each answer
 * but the first with one read. A reader that does not cannot miss a tick without
 * notice: the header has the time of the tick before, which is not that of its last
 * read.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <time.h>
#include <unistd.h>

#include "snapwrite.h"

#define PER_VM		4
#define NR_REASONS	20
#define TICK_NS		100000000l
#define TSC_KHZ		2000000ull

#define QUIET_MS	50
#define HLT		3	/* its index in codes */

struct fleet {
	unsigned int vcpus, active, running;
	int groups;
	uint64_t tick;
	bool only_changes;
	uint64_t before_ns;	/* end of the previous tick */
	struct snapwrite s;
};

/* VMX codes of a busy Linux guest. */
static const uint64_t codes[NR_REASONS] = {
	1, 7, 10, 12, 28, 30, 31, 32, 48, 49, 52, 40, 44, 45, 0, 29, 54, 55, 18,
	41,
};

static uint64_t per_tick(const struct fleet *f, unsigned int v, unsigned int i)
{
	return v < f->running && i < f->active ? 1 + (v * 7 + i * 13) % 97 : 0;
}

static uint64_t count_of(const struct fleet *f, unsigned int v, unsigned int i)
{
	return 1000 + f->tick * per_tick(f, v, i);
}

/* Whether a reason is in the answer. */
static bool is_put(const struct fleet *f, unsigned int v, unsigned int i)
{
	return !f->only_changes || per_tick(f, v, i);
}

static void put_time(const struct fleet *f, struct snapwrite *s, unsigned int v)
{
	uint64_t now = v < f->running ? f->tick * TSC_KHZ * 100 : 0;

	snapwrite_times(s, 1, 1 + now, now / 2, v < f->running ?
			KES_STATE_GUEST : KES_STATE_BLOCKED, codes[HLT]);
	for (unsigned int i = 0; i < NR_REASONS; i++) {
		uint64_t n = count_of(f, v, i);

		if (!is_put(f, v, i))
			continue;
		snapwrite_element(s, &(struct kes_time_exit) {
			.code = codes[i], .max_cyc = 90000,
			.cyc = { n * 2500, i == 5 ? n * 9000 : 0 } });
	}
	snapwrite_part(s, KES_REC_HISTOGRAM);
	for (unsigned int i = 0; i < NR_REASONS; i++) {
		uint64_t n = count_of(f, v, i);
		struct kes_histogram_exit h = { .code = codes[i] };

		if (!is_put(f, v, i))
			continue;
		h.bucket[11] = n - n / 4;
		h.bucket[12] = n / 4;
		snapwrite_element(s, &h);
	}
}

static void put_vcpu(const struct fleet *f, struct snapwrite *s, unsigned int v)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < NR_REASONS; i++)
		sum += count_of(f, v, i);
	snapwrite_vcpu(s, KES_REC_VCPU, v % PER_VM, sum);
	for (unsigned int i = 0; i < NR_REASONS; i++)
		if (is_put(f, v, i))
			snapwrite_exit(s, &(struct kes_exit) {
				.code = codes[i], .l1 = count_of(f, v, i),
				.userspace = i == 5 ? count_of(f, v, i) : 0 });
	snapwrite_part(s, KES_REC_USERSPACE);
	snapwrite_element(s, &(struct kes_userspace) {
		.reason = 2, .count = count_of(f, v, 5) });
	if (f->groups)
		put_time(f, s, v);
}

/* The first tick has everything. */
static void begin_tick(struct fleet *f, bool changes)
{
	struct snapwrite *s = &f->s;

	snapwrite_begin(s, KES_ISA_VMX, 0x1f);
	snapwrite_clock(s, TSC_KHZ, 1 + f->tick * TSC_KHZ * 100,
			f->groups ? KES_GROUP_COUNT | KES_GROUP_TIME |
			KES_GROUP_HISTOGRAM : KES_GROUP_COUNT);
	f->only_changes = changes && f->tick;
	if (!changes)
		return;
	snapwrite_header(s)->flags = KES_FLAG_CHANGES;
	snapwrite_header(s)->since = f->before_ns;
}

static void make_tick(struct fleet *f, bool changes)
{
	begin_tick(f, changes);
	for (unsigned int v = 0; v < f->vcpus; v++) {
		if (f->only_changes && v >= f->running)
			break;
		if (v % PER_VM == 0)
			snapwrite_vm(&f->s, 1 + v / PER_VM, 1000 + v, 1 + v, 0,
				     "qemu");
		put_vcpu(f, &f->s, v);
	}
	snapwrite_end(&f->s);
	f->before_ns = snapwrite_header(&f->s)->end_ns;
	f->tick++;
}

static int store(const struct snapwrite *s, int fd)
{
	size_t done = 0;

	while (done < s->len) {
		ssize_t n = pwrite(fd, s->data + done, s->len - done,
				   (off_t)done);

		if (n < 0)
			return -1;
		done += (size_t)n;
	}
	return ftruncate(fd, (off_t)s->len);
}

static int answer(int watch, const struct fanotify_event_metadata *e)
{
	struct fanotify_response r = { .fd = e->fd, .response = FAN_ALLOW };
	ssize_t n = write(watch, &r, sizeof(r));

	close(e->fd);
	return n == sizeof(r) ? 0 : -1;
}

static bool wait_for_read(int watch, int timeout,
			  struct fanotify_event_metadata *e)
{
	struct pollfd p = { .fd = watch, .events = POLLIN };

	return poll(&p, 1, timeout) > 0 && read(watch, e, sizeof(*e)) == sizeof(*e);
}

/* The first answer takes several reads, because its size is not known. */
static int finish_first(int watch)
{
	struct fanotify_event_metadata e;

	while (wait_for_read(watch, QUIET_MS, &e))
		if (answer(watch, &e))
			return -1;
	return 0;
}

/* The next tick is made when the reader sleeps; until it is, a read waits. */
static int play_changes(struct fleet *f, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int watch = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);
	struct fanotify_event_metadata e;

	if (fd < 0 || watch < 0 ||
	    fanotify_mark(watch, FAN_MARK_ADD, FAN_ACCESS_PERM, AT_FDCWD, path))
		return -1;
	do {
		snapwrite_free(&f->s);
		make_tick(f, true);
		if (!wait_for_read(watch, -1, &e) || store(&f->s, fd) ||
		    answer(watch, &e))
			return -1;
	} while (f->tick > 1 || !finish_first(watch));
	return -1;
}

static int play_snapshot(struct fleet *f, const char *path)
{
	struct timespec next;
	int rc;

	clock_gettime(CLOCK_MONOTONIC, &next);
	do {
		make_tick(f, false);
		rc = snapwrite_store(&f->s, path);
		snapwrite_free(&f->s);
		next.tv_nsec += TICK_NS;
		next.tv_sec += next.tv_nsec / 1000000000;
		next.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	} while (!rc);
	return rc;
}

/* The tool looks for a snapshot first: there is one in both cases. */
static int play(struct fleet *f, const char *dir, const char *file)
{
	char path[4096];
	int rc;

	snprintf(path, sizeof(path), "%s/snapshot", dir);
	if (strcmp(file, "changes"))
		return play_snapshot(f, path);
	make_tick(f, false);
	rc = snapwrite_store(&f->s, path);
	snapwrite_free(&f->s);
	f->tick = 0;
	f->before_ns = 0;
	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return rc ? rc : play_changes(f, path);
}

int main(int argc, char **argv)
{
	struct fleet f = { .tick = 0 };

	if (argc != 7)
		return 2;
	f.vcpus = (unsigned int)strtoul(argv[2], NULL, 10);
	f.active = (unsigned int)strtoul(argv[3], NULL, 10);
	f.groups = argv[4][0] == '1';
	f.running = (unsigned int)strtoul(argv[5], NULL, 10);
	if (play(&f, argv[1], argv[6]))
		perror(argv[1]);
	return 1;
}

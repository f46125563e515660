// SPDX-License-Identifier: GPL-2.0-only
/*
 * fleet PATH VCPUS ACTIVE GROUPS: simulate a host with many vCPUs. Write a snapshot
 * to PATH, and replace it by the next ten times a second until killed.
 *
 * VMs have four vCPUs, each with 20 exit reasons, of which ACTIVE grow in every
 * snapshot. GROUPS: 0 for counts only, 1 for counts, time and histograms.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "snapwrite.h"

#define PER_VM		4
#define NR_REASONS	20
#define TICK_NS		100000000l
#define TSC_KHZ		2000000ull

struct fleet {
	unsigned int vcpus, active;
	int groups;
	uint64_t tick;
};

/* VMX codes of a busy Linux guest. */
static const uint64_t codes[NR_REASONS] = {
	1, 7, 10, 12, 28, 30, 31, 32, 48, 49, 52, 40, 44, 45, 0, 29, 54, 55, 18,
	41,
};

static uint64_t per_tick(const struct fleet *f, unsigned int v, unsigned int i)
{
	return i < f->active ? 1 + (v * 7 + i * 13) % 97 : 0;
}

static uint64_t count_of(const struct fleet *f, unsigned int v, unsigned int i)
{
	return 1000 + f->tick * per_tick(f, v, i);
}

static void put_time(const struct fleet *f, struct snapwrite *s, unsigned int v)
{
	uint64_t now = f->tick * TSC_KHZ * 100;

	snapwrite_part(s, KES_REC_TIME);
	snapwrite_time(s, 1, 1 + now, now / 2, KES_STATE_GUEST);
	for (unsigned int i = 0; i < NR_REASONS; i++) {
		uint64_t n = count_of(f, v, i);

		snapwrite_element(s, &(struct kes_time_exit) {
			.code = codes[i], .max_cyc = 90000,
			.cyc = { n * 2500, i == 5 ? n * 9000 : 0 } });
	}
	snapwrite_part(s, KES_REC_HISTOGRAM);
	for (unsigned int i = 0; i < NR_REASONS; i++) {
		uint64_t n = count_of(f, v, i);
		struct kes_histogram_exit h = { .code = codes[i] };

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
		snapwrite_exit(s, &(struct kes_exit) {
			.code = codes[i], .l1 = count_of(f, v, i),
			.userspace = i == 5 ? count_of(f, v, i) : 0 });
	snapwrite_part(s, KES_REC_USERSPACE);
	snapwrite_element(s, &(struct kes_userspace) {
		.reason = 2, .count = count_of(f, v, 5) });
	if (f->groups)
		put_time(f, s, v);
}

static int put_snapshot(const struct fleet *f, const char *path)
{
	struct snapwrite s;
	int rc;

	snapwrite_begin(&s, KES_ISA_VMX, 0x1f);
	snapwrite_clock(&s, TSC_KHZ, 1 + f->tick * TSC_KHZ * 100,
			f->groups ? KES_GROUP_COUNT | KES_GROUP_TIME |
			KES_GROUP_HISTOGRAM : KES_GROUP_COUNT);
	for (unsigned int v = 0; v < f->vcpus; v++) {
		if (v % PER_VM == 0)
			snapwrite_vm(&s, 1 + v / PER_VM, 1000 + v, 1 + v, 0,
				     "qemu");
		put_vcpu(f, &s, v);
	}
	snapwrite_end(&s);
	rc = snapwrite_store(&s, path);
	snapwrite_free(&s);
	return rc;
}

int main(int argc, char **argv)
{
	struct fleet f = { .tick = 0 };
	struct timespec next;

	if (argc != 5)
		return 2;
	f.vcpus = (unsigned int)strtoul(argv[2], NULL, 10);
	f.active = (unsigned int)strtoul(argv[3], NULL, 10);
	f.groups = argv[4][0] == '1';
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (;; f.tick++) {
		if (put_snapshot(&f, argv[1])) {
			perror(argv[1]);
			return 1;
		}
		next.tv_nsec += TICK_NS;
		next.tv_sec += next.tv_nsec / 1000000000;
		next.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
}

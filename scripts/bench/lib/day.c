// SPDX-License-Identifier: GPL-2.0-only
/*
 * day FILE HOURS VCPUS: write a recording at 10 Hz of a guest whose vCPUs have 15
 * exit reasons each, nearly all of which grow in every sample. The recorder's own
 * code stores it, with a transaction per sample; only the clock and the counters are
 * simulated. Prints the exits of each reason, for comparison with a report.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exits/reasons.h"
#include "record/session.h"

#define NR_REASONS	15
#define MAX_VCPUS	64
#define INTERVAL_NS	(100 * NSEC_PER_MSEC)
#define SAMPLES_PER_HOUR 36000

static const uint64_t codes[NR_REASONS] = {
	1, 7, 10, 12, 28, 30, 31, 32, 48, 49, 52, 40, 44, 45, 0,
};

static struct errbuf err;
static uint64_t sums[NR_REASONS];

static void must(int rc)
{
	if (!rc)
		return;
	fprintf(stderr, "day: %s\n", err.text);
	exit(1);
}

static uint64_t clock_ns_of(void *arg)
{
	return *(uint64_t *)arg;
}

static uint64_t next_random(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 20;
}

/* Fill in one VM with @vcpus, as the kernel does; the counters begin at 0. */
static void make_snapshot(struct snapshot *s, size_t vcpus)
{
	s->hdr.isa = KES_ISA_VMX;
	s->hdr.fields = 0x1f;
	s->hdr.groups = s->hdr.groups_known = KES_GROUP_COUNT;
	s->nr_vms = 1;
	s->vms = xcalloc(1, sizeof(*s->vms));
	s->vms[0] = (struct snap_vm) { .vm_id = 1, .created_ns = 1,
				       .nr_vcpus = (uint32_t)vcpus,
				       .comm = "day" };
	s->nr_vcpus = vcpus;
	s->vcpus = xcalloc(vcpus, sizeof(*s->vcpus));
	s->nr_exits = vcpus * NR_REASONS;
	s->exits = xcalloc(s->nr_exits, sizeof(*s->exits));
	s->nr_users = vcpus;
	s->users = xcalloc(vcpus, sizeof(*s->users));
	for (size_t v = 0; v < vcpus; v++) {
		s->users[v].reason = 2;
		s->vcpus[v] = (struct snap_vcpu) {
			.vm_id = 1, .vcpu_id = (uint32_t)v,
			.first_exit = v * NR_REASONS, .nr_exits = NR_REASONS,
			.users = { true, v, 1 },
		};
		for (size_t i = 0; i < NR_REASONS; i++)
			s->exits[v * NR_REASONS + i].code = codes[i];
	}
}

static void pass_time(struct snapshot *s)
{
	for (size_t v = 0; v < s->nr_vcpus; v++)
		for (size_t i = 0; i < NR_REASONS; i++) {
			uint64_t n = next_random() % (3 + (i * 37 + v) % 211);

			s->exits[v * NR_REASONS + i].l1 += n;
			s->vcpus[v].attempts += n;
			sums[i] += n;
			if (i == 5) {
				s->exits[v * NR_REASONS + i].userspace += n;
				s->users[v].count += n;
			}
		}
}

static void print_sums(void)
{
	for (size_t i = 0; i < NR_REASONS; i++)
		printf("%s %llu\n",
		       reason_by_code(KES_ISA_VMX, codes[i])->name,
		       (unsigned long long)sums[i]);
}

int main(int argc, char **argv)
{
	uint64_t now_ns = 1000 * NSEC_PER_SEC;
	const struct clock clock = { clock_ns_of, clock_ns_of, &now_ns };
	struct session_config cfg = {
		.file = argv[1], .replace = true, .clock = &clock,
		.interval_ns = INTERVAL_NS, .source = "patched",
		.vms = { .root = "/nonexistent", .all = true },
	};
	struct snapshot snap = { 0 };
	struct session s;
	size_t samples, vcpus;

	if (argc != 4)
		return 2;
	samples = strtoul(argv[2], NULL, 10) * SAMPLES_PER_HOUR;
	vcpus = strtoul(argv[3], NULL, 10);
	if (!samples || !vcpus || vcpus > MAX_VCPUS)
		return 2;
	must(session_begin(&s, &cfg, &err));
	make_snapshot(&snap, vcpus);
	for (size_t i = 0; i < samples; i++, now_ns += INTERVAL_NS) {
		must(session_store(&s, &snap, now_ns, now_ns + 50000, 0, &err));
		if (i + 1 < samples)
			pass_time(&snap);
	}
	must(session_finish(&s, 0, NULL, &err));
	session_free(&s);
	snapshot_free(&snap);
	print_sums();
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The output of --stats on standard error: returns to user space for each vCPU
 * by reason (KVM_EXIT_*), the times of KVM API calls, and the peak resident
 * size.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kvm-exits.h"
#include "stats.h"

typedef unsigned long long ull;

static ull resident_kb(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	ull kb = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmHWM: %llu kB", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb;
}

static const char *reason_name(unsigned int reason)
{
	const char *name = kvm_exit_name(reason);

	return name ? name : "OTHER";
}

static ull total_of(const struct vcpu *v)
{
	ull sum = 0;

	for (unsigned int i = 0; i < NR_EXITS; i++)
		sum += v->exits[i];
	return sum;
}

static ull api_ns(const struct vmm *vmm)
{
	ull sum = 0;

	for (unsigned int i = 0; i < NR_CALLS; i++)
		sum += vmm->times.of[i].total_ns;
	return sum;
}

/* Add up the counts of all vCPUs. */
static void add_up(const struct vmm *vmm, struct vcpu *sum)
{
	for (unsigned int v = 0; v < vmm->nr_vcpus; v++) {
		for (unsigned int i = 0; i < NR_EXITS; i++)
			sum->exits[i] += vmm->vcpus[v].exits[i];
		sum->run_ns += vmm->vcpus[v].run_ns;
	}
}

static void text_row(const char *who, const struct vcpu *v, const struct vcpu *sum)
{
	fprintf(stderr, "%-8s", who);
	for (unsigned int i = 0; i < NR_EXITS; i++)
		if (sum->exits[i])
			fprintf(stderr, " %*llu",
				(int)strlen(reason_name(i)) > 7 ?
				(int)strlen(reason_name(i)) : 7, (ull)v->exits[i]);
	fprintf(stderr, " %9llu %12.3f\n", total_of(v), (double)v->run_ns / 1e6);
}

static void text_exits(const struct vmm *vmm)
{
	struct vcpu sum = { 0 };
	char who[16];

	add_up(vmm, &sum);
	fprintf(stderr, "exits   ");
	for (unsigned int i = 0; i < NR_EXITS; i++)
		if (sum.exits[i])
			fprintf(stderr, " %7s", reason_name(i));
	fprintf(stderr, " %9s %12s\n", "total", "run ms");
	for (unsigned int i = 0; i < vmm->nr_vcpus; i++) {
		snprintf(who, sizeof(who), "vCPU %u", i);
		text_row(who, &vmm->vcpus[i], &sum);
	}
	text_row("all", &sum, &sum);
}

void stats_text(const struct vmm *vmm)
{
	text_exits(vmm);
	fprintf(stderr, "%-27s %7s %10s\n", "set-up", "calls", "ms");
	for (unsigned int i = 0; i < NR_CALLS; i++)
		if (vmm->times.of[i].count)
			fprintf(stderr, "%-27s %7llu %10.3f\n",
				call_name((enum call)i),
				(ull)vmm->times.of[i].count,
				(double)vmm->times.of[i].total_ns / 1e6);
	fprintf(stderr, "%-27s %7s %10.3f\n", "all calls", "",
		(double)api_ns(vmm) / 1e6);
	fprintf(stderr, "%-27s %7s %10.3f\n", "total set-up", "",
		(double)vmm->setup_ns / 1e6);
	fprintf(stderr, "peak resident size: %llu KB\n", resident_kb());
}

static void json_exits(const struct vcpu *v)
{
	const char *comma = "";

	fprintf(stderr, "\"exits\":{");
	for (unsigned int i = 0; i < NR_EXITS; i++) {
		if (!v->exits[i])
			continue;
		fprintf(stderr, "%s\"%s\":%llu", comma, reason_name(i),
			(ull)v->exits[i]);
		comma = ",";
	}
	fprintf(stderr, "},\"total\":%llu,\"run_ns\":%llu}", total_of(v),
		(ull)v->run_ns);
}

void stats_json(const struct vmm *vmm)
{
	struct vcpu sum = { 0 };
	const char *comma = "";

	add_up(vmm, &sum);
	fprintf(stderr, "{\"version\":1,\"vcpus\":[");
	for (unsigned int i = 0; i < vmm->nr_vcpus; i++) {
		fprintf(stderr, "%s{\"vcpu\":%u,", i ? "," : "", i);
		json_exits(&vmm->vcpus[i]);
	}
	fprintf(stderr, "],\"all\":{");
	json_exits(&sum);
	fprintf(stderr, ",\"setup\":{\"calls\":{");
	for (unsigned int i = 0; i < NR_CALLS; i++) {
		if (!vmm->times.of[i].count)
			continue;
		fprintf(stderr, "%s\"%s\":{\"count\":%llu,\"ns\":%llu}", comma,
			call_name((enum call)i), (ull)vmm->times.of[i].count,
			(ull)vmm->times.of[i].total_ns);
		comma = ",";
	}
	fprintf(stderr, "},\"calls_ns\":%llu,\"total_ns\":%llu},\"resident_kb\":%llu}\n",
		api_ns(vmm), (ull)vmm->setup_ns, resident_kb());
}

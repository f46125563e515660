// SPDX-License-Identifier: GPL-2.0-only
/*
 * fakeguest ROOT [MS_PER_STEP [STEPS]]: simulates a booting guest for tests.
 *
 * Prints the serial console output of a Linux guest and keeps
 * ROOT/sys/kernel/debug/kvm_exit_stats/snapshot up to date, as a patched kernel
 * would. The snapshot has one VM with this process's pid and two vCPUs. At the
 * end, the VM is marked as destroyed and every counter has a known value: code c
 * of vCPU v has steps * rate(phase, c), summed over the phases.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "snapwrite.h"

#define NR_CODES	10
#define NR_PHASES	5

static const uint64_t codes[NR_CODES] = {
	0x7b, 0x400, 0x60, 0x64, 0x7c, 0x72, 0x78, 0x10, 0x65, 0x14d
};

/* Exits per step by phase and code. */
static const struct {
	const char *line;
	unsigned int steps_percent;
	unsigned int rate[NR_CODES];
} phases[NR_PHASES] = {
	{ "SeaBIOS (version 1.16.2)", 12,
	  { 31, 47, 2, 0, 1, 3, 2, 17, 0, 0 } },
	{ "[    0.000000] Linux version 6.12.0 (test)", 8,
	  { 613, 29, 3, 1, 11, 41, 0, 7, 0, 1 } },
	{ "[    0.4] devtmpfs: initialized", 40,
	  { 149, 61, 13, 7, 37, 5, 11, 1, 2, 0 } },
	{ "[    1.9] Run /init as init process", 37,
	  { 23, 19, 11, 17, 29, 2, 31, 0, 3, 0 } },
	{ "exitstat-guest: shutdown", 3,
	  { 97, 11, 2, 3, 5, 0, 1, 2, 0, 0 } },
};

static volatile sig_atomic_t stop;

static void on_term(int sig)
{
	stop = sig;
}

struct guest {
	char path[4000];
	uint64_t created_ns;
	uint64_t count[2][NR_CODES];
};

static void publish(const struct guest *g, int destroyed)
{
	struct snapwrite s;

	snapwrite_begin(&s, KES_ISA_SVM, 0x1f);
	snapwrite_vm(&s, 1, (uint32_t)getpid(), g->created_ns,
		     destroyed ? snapwrite_now_ns() : 0, "fakeguest");
	for (uint32_t v = 0; v < 2; v++) {
		uint64_t sum = 0;

		for (int c = 0; c < NR_CODES; c++)
			sum += g->count[v][c];
		snapwrite_vcpu(&s, KES_REC_VCPU, v, sum);
		for (int c = 0; c < NR_CODES; c++)
			if (g->count[v][c])
				snapwrite_count(&s, codes[c], g->count[v][c],
						c ? 0 : g->count[v][c]);
	}
	snapwrite_end(&s);
	if (snapwrite_store(&s, g->path))
		exit(1);
	snapwrite_free(&s);
}

static void run_phase(struct guest *g, int phase, unsigned int steps,
		      const struct timespec *pause)
{
	printf("%s\r\n", phases[phase].line);
	fflush(stdout);
	for (unsigned int i = 0; i < steps && !stop; i++) {
		for (int c = 0; c < NR_CODES; c++) {
			g->count[0][c] += phases[phase].rate[c];
			if (phase > 1 && c != 5)
				g->count[1][c] += phases[phase].rate[c] / 2;
		}
		publish(g, 0);
		nanosleep(pause, NULL);
	}
}

int main(int argc, char **argv)
{
	unsigned int ms = argc > 2 ? (unsigned int)atoi(argv[2]) : 2;
	unsigned int steps = argc > 3 ? (unsigned int)atoi(argv[3]) : 100;
	struct timespec pause = { ms / 1000, (long)(ms % 1000) * 1000000 };
	struct guest g = { .created_ns = snapwrite_now_ns() };

	if (argc < 2)
		return 2;
	snprintf(g.path, sizeof(g.path),
		 "%s/sys/kernel/debug/kvm_exit_stats/snapshot", argv[1]);
	signal(SIGTERM, on_term);
	signal(SIGINT, on_term);
	for (int p = 0; p < NR_PHASES && !stop; p++)
		run_phase(&g, p, steps * phases[p].steps_percent / 100, &pause);
	publish(&g, 1);
	return stop ? 3 : 0;
}

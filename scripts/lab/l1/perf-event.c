// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keep a perf event of a tracepoint open on all CPUs until killed, as kvm_stat and
 * perf do; print "open" once it is.
 *
 *   perf-event ID        of tracefs, events/SYSTEM/EVENT/id
 */
#include <err.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
	};
	long cpu, nr_cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (argc != 2)
		errx(2, "usage: perf-event ID");
	attr.config = strtoull(argv[1], NULL, 0);
	for (cpu = 0; cpu < nr_cpus; cpu++)
		if (syscall(SYS_perf_event_open, &attr, -1, (int)cpu, -1, 0UL) < 0)
			err(1, "perf_event_open");
	puts("open");
	fflush(stdout);
	for (;;)
		pause();
}

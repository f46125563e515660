// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmstat-events: open the performance events of "kvm_stat -t" and run a command.
 *
 *   kvmstat-events FILTERS COMMAND...
 *
 * kvm_stat (tools/kvm/kvm_stat in the kernel's source) is a Python program that
 * opens an event for each tracepoint of KVM on each CPU, and one with a filter for
 * each exit reason and each reason to return to user space. Its cost per exit is in
 * the kernel, so this opens the same events in L1, which has no Python. FILTERS has a
 * line "TRACEPOINT FILTER" for each event with a filter; events without a filter are
 * opened for all tracepoints in tracefs.
 */
#include <dirent.h>
#include <err.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EVENTS	"/sys/kernel/tracing/events/kvm"
#define MOST	1024

static int leaders[64];
static long nr_cpus;
static unsigned int nr_events;

static unsigned long long event_id(const char *name)
{
	unsigned long long id;
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), EVENTS "/%s/id", name);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%llu", &id) != 1)
		err(EXIT_FAILURE, "%s", path);
	fclose(f);
	return id;
}

/* The first event of each CPU leads its group, as in kvm_stat. */
static void open_event(const char *name, const char *filter)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = event_id(name),
		.read_format = PERF_FORMAT_GROUP,
	};
	long cpu, fd;

	for (cpu = 0; cpu < nr_cpus; cpu++) {
		fd = syscall(SYS_perf_event_open, &attr, -1, (int)cpu,
			     nr_events ? leaders[cpu] : -1, 0UL);
		if (fd < 0)
			err(EXIT_FAILURE, "%s: perf_event_open", name);
		if (!nr_events)
			leaders[cpu] = (int)fd;
		if (filter && ioctl((int)fd, PERF_EVENT_IOC_SET_FILTER, filter))
			err(EXIT_FAILURE, "%s: filter %s", name, filter);
	}
	nr_events++;
}

static void open_tracepoints(void)
{
	struct dirent **list;
	int i, n = scandir(EVENTS, &list, NULL, alphasort);

	if (n < 0)
		err(EXIT_FAILURE, EVENTS);
	for (i = 0; i < n; i++)
		if (list[i]->d_type == DT_DIR && list[i]->d_name[0] != '.')
			open_event(list[i]->d_name, NULL);
}

static void open_filters(const char *path)
{
	char name[64], filter[64];
	FILE *f = fopen(path, "r");

	if (!f)
		err(EXIT_FAILURE, "%s", path);
	while (fscanf(f, "%63s %63s", name, filter) == 2)
		open_event(name, filter);
	fclose(f);
}

int main(int argc, char **argv)
{
	struct rlimit files = { MOST, MOST };

	if (argc < 3)
		errx(2, "usage: kvmstat-events FILTERS COMMAND...");
	nr_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	if (nr_cpus > 64)
		errx(EXIT_FAILURE, "%ld CPUs: more than 64", nr_cpus);
	if (setrlimit(RLIMIT_NOFILE, &files))
		err(EXIT_FAILURE, "open files");
	open_tracepoints();
	open_filters(argv[1]);
	warnx("%u events", nr_events);
	execvp(argv[2], argv + 2);
	err(EXIT_FAILURE, "%s", argv[2]);
}

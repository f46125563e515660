// SPDX-License-Identifier: GPL-2.0-only
/*
 * delay VMS VCPUS ROUNDS SNAPSHOT CHANGES: measure how long a reader of all statistics
 * delays other users of KVM.
 *
 * Create VMS VMs of VCPUS vCPUs that run until their HLT. Then create and destroy a
 * VM with one vCPU and read another VM's statistics fd, ROUNDS times, while a thread
 * on another CPU
 *
 *   idle		only computes
 *   snapshot	reads the file SNAPSHOT from its start, again and again
 *   changes	reads the file CHANGES, of which each read has only what changed
 *
 * Prints for each operation "PHASE OPERATION MINIMUM MEDIAN P90 P99 MAXIMUM" in ns,
 * and for each file "PHASE read READS BYTES NS", with the mean number of bytes and the
 * mean system time of a read.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "kvm-calls.h"

#define PAGE		4096
#define HLT		0xf4
#define STATS_SIZE	65536
#define BUFFER_SIZE	(1 << 20)

enum operation {
	CREATE_VM, CREATE_VCPU, READ_STATS, CLOSE_VCPU, CLOSE_VM, NR_OPERATIONS
};

static const char *const names[NR_OPERATIONS] = {
	"create-vm", "create-vcpu", "read-stats", "close-vcpu", "close-vm",
};

struct reader {
	const char *file;	/* NULL: only compute */
	uint64_t reads, bytes, ns;
	int warm;		/* the first read has ended */
	int stop;
};

static int kvm;
static void *memory;
static size_t run_size;

static int create_vm(void)
{
	int vm = call_kvm(kvm, KVM_CREATE_VM, 0, "KVM_CREATE_VM");

	set_memory(vm, memory, PAGE);
	return vm;
}

static int run_vcpu(int vm, unsigned long id)
{
	int fd = create_vcpu(vm, id);
	struct kvm_run *run = map_memory(run_size, MAP_SHARED, fd);

	run_until_hlt(fd, run);
	munmap(run, run_size);
	return fd;
}

/* Return the last vCPU. */
static int create_fleet(unsigned long vms, unsigned long vcpus)
{
	unsigned long i, j;
	int vm, fd = -1;

	for (i = 0; i < vms; i++) {
		vm = create_vm();
		for (j = 0; j < vcpus; j++)
			fd = run_vcpu(vm, j);
	}
	return fd;
}

static uint64_t ns_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t system_ns(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return (uint64_t)usage.ru_stime.tv_sec * 1000000000 +
	       (uint64_t)usage.ru_stime.tv_usec * 1000;
}

static void use_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "CPU %d", cpu);
}

static uint64_t read_once(int fd, char *buffer)
{
	uint64_t bytes = 0;
	ssize_t n;

	while ((n = pread(fd, buffer, BUFFER_SIZE, (off_t)bytes)) > 0)
		bytes += (uint64_t)n;
	if (n < 0)
		err(1, "read");
	return bytes;
}

/* The first read is not measured: that of changes has everything. */
static void read_until_stopped(struct reader *r, int fd, char *buffer)
{
	uint64_t begin;

	read_once(fd, buffer);
	begin = system_ns();
	__atomic_store_n(&r->warm, 1, __ATOMIC_RELEASE);
	do {
		r->bytes += read_once(fd, buffer);
		r->reads++;
	} while (!__atomic_load_n(&r->stop, __ATOMIC_ACQUIRE));
	r->ns = system_ns() - begin;
}

static void *reader(void *data)
{
	struct reader *r = data;
	char *buffer = malloc(BUFFER_SIZE);
	int fd;

	use_cpu(0);
	if (!r->file) {
		__atomic_store_n(&r->warm, 1, __ATOMIC_RELEASE);
		while (!__atomic_load_n(&r->stop, __ATOMIC_ACQUIRE))
			;
		free(buffer);
		return NULL;
	}
	fd = open(r->file, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || !buffer)
		err(1, "%s", r->file);
	read_until_stopped(r, fd, buffer);
	close(fd);
	free(buffer);
	return NULL;
}

static uint64_t lap(uint64_t *last)
{
	uint64_t now = ns_of(CLOCK_MONOTONIC), ns = now - *last;

	*last = now;
	return ns;
}

static void one_round(uint64_t *ns[NR_OPERATIONS], int i, int stats)
{
	static char buffer[STATS_SIZE];
	uint64_t last = ns_of(CLOCK_MONOTONIC);
	int vm, vcpu;

	vm = call_kvm(kvm, KVM_CREATE_VM, 0, "KVM_CREATE_VM");
	ns[CREATE_VM][i] = lap(&last);
	vcpu = call_kvm(vm, KVM_CREATE_VCPU, 0, "KVM_CREATE_VCPU");
	ns[CREATE_VCPU][i] = lap(&last);
	if (pread(stats, buffer, sizeof(buffer), 0) <= 0)
		err(1, "statistics");
	ns[READ_STATS][i] = lap(&last);
	close(vcpu);
	ns[CLOSE_VCPU][i] = lap(&last);
	close(vm);
	ns[CLOSE_VM][i] = lap(&last);
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void print_operation(const char *phase, const char *name, uint64_t *ns,
			    int n)
{
	qsort(ns, (size_t)n, sizeof(*ns), compare);
	printf("%s %s %llu %llu %llu %llu %llu\n", phase, name,
	       (unsigned long long)ns[0], (unsigned long long)ns[n / 2],
	       (unsigned long long)ns[n * 9 / 10],
	       (unsigned long long)ns[n * 99 / 100],
	       (unsigned long long)ns[n - 1]);
}

static void measure(const char *phase, const char *file, int stats, int rounds)
{
	struct reader r = { .file = file };
	uint64_t *ns[NR_OPERATIONS];
	pthread_t thread;
	int i;

	for (i = 0; i < NR_OPERATIONS; i++)
		ns[i] = calloc((size_t)rounds, sizeof(*ns[i]));
	if (pthread_create(&thread, NULL, reader, &r))
		errx(1, "no thread");
	while (!__atomic_load_n(&r.warm, __ATOMIC_ACQUIRE))
		usleep(1000);
	for (i = 0; i < rounds; i++)
		one_round(ns, i, stats);
	__atomic_store_n(&r.stop, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	for (i = 0; i < NR_OPERATIONS; i++) {
		print_operation(phase, names[i], ns[i], rounds);
		free(ns[i]);
	}
	if (r.reads)
		printf("%s read %llu %llu %llu\n", phase,
		       (unsigned long long)r.reads,
		       (unsigned long long)(r.bytes / r.reads),
		       (unsigned long long)(r.ns / r.reads));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct rlimit files = { 65536, 65536 };
	int stats, rounds;

	if (argc != 6)
		errx(2, "usage: delay VMS VCPUS ROUNDS SNAPSHOT CHANGES");
	rounds = atoi(argv[3]);
	kvm = open_kvm();
	if (setrlimit(RLIMIT_NOFILE, &files))
		err(1, "open files");
	run_size = (size_t)call_kvm(kvm, KVM_GET_VCPU_MMAP_SIZE, 0, "mmap size");
	memory = map_memory(PAGE, MAP_SHARED | MAP_ANONYMOUS, -1);
	memset(memory, HLT, PAGE);
	stats = call_kvm(create_fleet(strtoul(argv[1], NULL, 10),
				      strtoul(argv[2], NULL, 10)),
			 KVM_GET_STATS_FD, 0, "KVM_GET_STATS_FD");
	use_cpu(1);
	measure("idle", NULL, stats, rounds);
	measure("snapshot", argv[4], stats, rounds);
	measure("changes", argv[5], stats, rounds);
	measure("idle-again", NULL, stats, rounds);
	return 0;
}

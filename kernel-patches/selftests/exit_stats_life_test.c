// SPDX-License-Identifier: GPL-2.0-only
/*
 * exit_stats_life_test
 *
 * Test which VMs and vCPUs the VM exit statistics of KVM list, and what they
 * keep of destroyed ones: a vCPU that KVM refused is never visible, a VM that
 * did not exit leaves nothing, a destroyed VM keeps its exact counts, and a
 * user who destroys many VMs does not displace those of another user.
 */
#define _GNU_SOURCE /* for program_invocation_short_name */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test_util.h"

#include "kvm_util.h"
#include "processor.h"

#include "exit_stats_guest.h"

#define NR_REFUSED	2000

/* VMs that never run */
#define NR_IDLE_VMS	16
#define NR_IDLE_VCPUS	64
#define MOST_LEFT_KB	1024
#define MOST_SECONDS	10

/*
 * VMs of another user: together, their details exceed the share of a user, a
 * quarter of 16 MiB. Each value takes at least 16 bytes: key and count.
 */
#define NR_CROWD	120
#define NR_CROWD_VCPUS	4
#define NR_LEAVES	512
#define SHARE		(4u << 20)
#define LEAST_SIZE	(NR_CROWD_VCPUS * NR_LEAVES * 16u)

#define NR_ROUNDS	2

static const struct isa *isa;

/* Read what was logged since the last call; fail if it is about KVM. */
static void check_log(int fd)
{
	char line[8192];
	ssize_t n;

	for (;;) {
		n = read(fd, line, sizeof(line) - 1);
		if (n < 0 && errno == EPIPE)
			continue;
		if (n <= 0)
			break;
		line[n] = '\0';
		TEST_ASSERT(!strstr(line, "kvm") && !strstr(line, "debugfs") &&
			    !strstr(line, "vcpu"),
			    "The kernel logged: %s", line);
	}
}

static int open_log(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);

	TEST_ASSERT(fd >= 0, "/dev/kmsg: %d", errno);
	lseek(fd, 0, SEEK_END);
	return fd;
}

static unsigned int count_vcpus(const struct snapshot *s)
{
	const struct kes_record *rec = NULL;
	unsigned int nr = 0;

	while ((rec = next_record(s, rec))) {
		const struct kes_vcpu_record *r = (const void *)rec;

		nr += rec->type == KES_REC_VCPU && r->vm_id == s->vm_id;
	}
	return nr;
}

struct watcher {
	u64 vm_id;
	bool stop;
	unsigned int nr_snapshots;
};

/* Take snapshots until asked to stop; each must have one vCPU of the VM. */
static void *watch_vcpus(void *arg)
{
	struct watcher *w = arg;

	while (!READ_ONCE(w->stop)) {
		struct snapshot s = take_snapshot_of(w->vm_id);
		unsigned int nr = count_vcpus(&s);

		TEST_ASSERT(nr == 1, "A snapshot has %u vCPUs, expected 1", nr);
		w->nr_snapshots++;
		free(s.buf);
	}
	return NULL;
}

static void test_refused_vcpu(void)
{
	struct watcher watcher = {};
	struct kvm_vcpu *vcpu;
	pthread_t thread;
	struct snapshot s;
	struct kvm_vm *vm;
	int log, i;

	expect_write(SYSFS "count", "1", 0);
	vm = vm_create_with_one_vcpu(&vcpu, guest_rounds);
	run_round(vcpu);
	s = take_snapshot();
	watcher.vm_id = s.vm_id;
	free(s.buf);
	log = open_log();
	pthread_create(&thread, NULL, watch_vcpus, &watcher);
	for (i = 0; i < NR_REFUSED; i++)
		TEST_ASSERT(__vm_ioctl(vm, KVM_CREATE_VCPU, (void *)0ul) < 0 &&
			    errno == EEXIST,
			    "Creating vCPU 0 again: errno %d", errno);
	while (!READ_ONCE(watcher.nr_snapshots))
		usleep(1000);
	WRITE_ONCE(watcher.stop, true);
	pthread_join(thread, NULL);
	check_log(log);
	close(log);
	s = take_snapshot();
	check_rounds(isa, find_record(&s, KES_REC_VCPU, 0), 1);
	free(s.buf);
	kvm_vm_free(vm);
}

/* Return the record of a destroyed VM of this process after @vm_id, or NULL. */
static const struct kes_vm_record *destroyed_after(const struct snapshot *s,
						   u64 vm_id, u32 pid)
{
	const struct kes_record *rec = NULL;

	while ((rec = next_record(s, rec))) {
		const struct kes_vm_record *r = (const void *)rec;

		if (rec->type == KES_REC_VM && r->pid == pid &&
		    r->vm_id > vm_id && r->flags & KES_VM_DESTROYED)
			return r;
	}
	return NULL;
}

/* Return the kernel's unreclaimable slab memory in KiB. */
static long slab_kb(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[128];
	long kb = -1;

	TEST_ASSERT(f, "/proc/meminfo: %d", errno);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "SUnreclaim: %ld kB", &kb) == 1)
			break;
	fclose(f);
	TEST_ASSERT(kb >= 0, "No SUnreclaim in /proc/meminfo");
	return kb;
}

/* Create a VM with vCPUs that do not run, and destroy it. */
static void make_idle_vm(int kvm)
{
	int vm = ioctl(kvm, KVM_CREATE_VM, 0), vcpus[NR_IDLE_VCPUS], i;

	TEST_ASSERT(vm >= 0, "KVM_CREATE_VM: %d", errno);
	for (i = 0; i < NR_IDLE_VCPUS; i++) {
		vcpus[i] = ioctl(vm, KVM_CREATE_VCPU, i);
		TEST_ASSERT(vcpus[i] >= 0, "KVM_CREATE_VCPU %d: %d", i, errno);
	}
	for (i = 0; i < NR_IDLE_VCPUS; i++)
		close(vcpus[i]);
	close(vm);
}

/* Memory is freed after RCU grace periods, so wait for it. */
static void check_idle_vms(const char *groups)
{
	int kvm = open_kvm_dev_path_or_exit(), i, seconds;
	u64 last = newest_vm();
	struct snapshot s;
	long before, left;

	make_idle_vm(kvm);
	sleep(1);
	before = slab_kb();
	for (i = 0; i < NR_IDLE_VMS; i++)
		make_idle_vm(kvm);
	close(kvm);
	for (seconds = 0; seconds < MOST_SECONDS; seconds++) {
		left = slab_kb() - before;
		if (left < MOST_LEFT_KB)
			break;
		sleep(1);
	}
	TEST_ASSERT(left < MOST_LEFT_KB,
		    "%s: %d VMs with %d vCPUs that never ran left %ld KiB",
		    groups, NR_IDLE_VMS, NR_IDLE_VCPUS, left);
	s = take_snapshot_of(0);
	TEST_ASSERT(!destroyed_after(&s, last, getpid()),
		    "%s: a VM that never ran is still listed", groups);
	free(s.buf);
}

static void test_idle_vms_off(void)
{
	check_idle_vms("all groups off");
}

static void test_idle_vms_on(void)
{
	expect_write(SYSFS "time", "1", 0);
	expect_write(SYSFS "histogram", "1", 0);
	expect_write(SYSFS "detail", "1", 0);
	check_idle_vms("all groups on");
	expect_write(SYSFS "histogram", "0", 0);
	expect_write(SYSFS "time", "0", 0);
	expect_write(SYSFS "detail", "0", 0);
}

/* Return a copy of the records of vCPU 0, which must not change. */
static struct kes_vcpu_record *copy_record(const struct snapshot *s)
{
	const struct kes_vcpu_record *rec = find_record(s, KES_REC_VCPU, 0);
	struct kes_vcpu_record *copy;

	TEST_ASSERT(rec, "No record for the vCPU");
	copy = malloc(rec->rec.size);
	TEST_ASSERT(copy, "Out of memory");
	return memcpy(copy, rec, rec->rec.size);
}

/* Run a VM and destroy it; return its id. Count must be on. */
static u64 run_and_destroy(void)
{
	struct kes_vcpu_record *before, *after;
	const struct kes_vm_record *vm_rec;
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
	struct snapshot s;
	unsigned int i;
	u64 id;

	vm = vm_create_with_one_vcpu(&vcpu, guest_rounds);
	for (i = 0; i < NR_ROUNDS; i++)
		run_round(vcpu);
	s = take_snapshot();
	id = s.vm_id;
	before = copy_record(&s);
	free(s.buf);
	kvm_vm_free(vm);

	s = take_snapshot_of(id);
	vm_rec = vm_record(&s);
	TEST_ASSERT(vm_rec && vm_rec->flags & KES_VM_DESTROYED &&
		    vm_rec->destroyed_ns && vm_rec->nr_vcpus == 1,
		    "The destroyed VM is not listed as such");
	after = copy_record(&s);
	check_rounds(isa, after, NR_ROUNDS);
	check_accounting(after);
	TEST_ASSERT(before->rec.size == after->rec.size &&
		    !memcmp(before, after, before->rec.size),
		    "The record of the vCPU changed when it was destroyed");
	free(s.buf);
	free(before);
	free(after);
	return id;
}

static void test_exact_counts(void)
{
	run_and_destroy();
}

static void guest_leaves(void)
{
	u32 eax, ebx, ecx, edx;
	int i;

	for (i = 0; i < NR_LEAVES; i++)
		cpuid(i, &eax, &ebx, &ecx, &edx);
	guest_out(PORT_DONE);
}

/* Run and destroy many VMs as another user; return the pid of that process. */
static pid_t make_crowd(void)
{
	struct kvm_vcpu *vcpus[NR_CROWD_VCPUS];
	struct kvm_vm *vm;
	pid_t pid = fork();
	int status, i, j;

	TEST_ASSERT(pid >= 0, "fork: %d", errno);
	if (pid) {
		TEST_ASSERT(waitpid(pid, &status, 0) == pid && !status,
			    "The other user's VMs failed: status %d", status);
		return pid;
	}
	/* Open /dev/kvm as another user. */
	if (prctl(PR_SET_KEEPCAPS, 1) || setuid(NOBODY) ||
	    set_capabilities(BIT_ULL(CAP_DAC_OVERRIDE)))
		_exit(1);
	for (i = 0; i < NR_CROWD; i++) {
		vm = vm_create_with_vcpus(NR_CROWD_VCPUS, guest_leaves, vcpus);
		for (j = 0; j < NR_CROWD_VCPUS; j++)
			vcpu_run(vcpus[j]);
		kvm_vm_free(vm);
	}
	_exit(0);
}

static unsigned int count_vms_of(const struct snapshot *s, u32 pid)
{
	const struct kes_record *rec = NULL;
	unsigned int nr = 0;

	while ((rec = next_record(s, rec))) {
		const struct kes_vm_record *r = (const void *)rec;

		nr += rec->type == KES_REC_VM && r->pid == pid;
	}
	return nr;
}

/* Each user's destroyed VMs have a share of the memory. */
static void test_other_user(void)
{
	struct kes_vcpu_record *rec;
	struct snapshot s;
	unsigned int nr;
	pid_t pid;
	u64 id;

	expect_write(SYSFS "detail", "1", 0);
	id = run_and_destroy();
	pid = make_crowd();
	s = take_snapshot_of(id);
	TEST_ASSERT(vm_record(&s), "Another user's VMs displaced this VM");
	rec = copy_record(&s);
	check_rounds(isa, rec, NR_ROUNDS);
	free(rec);
	nr = count_vms_of(&s, pid);
	TEST_ASSERT(nr && nr <= SHARE / LEAST_SIZE,
		    "%u VMs of the other user are kept, expected 1 to %u", nr,
		    SHARE / LEAST_SIZE);
	free(s.buf);
	expect_write(SYSFS "detail", "0", 0);
}

static const struct named_test tests[] = {
	{ "VMs without exits leave nothing, with all groups off",
	  test_idle_vms_off },
	{ "a vCPU that KVM refuses is never visible", test_refused_vcpu },
	{ "VMs without exits leave nothing, with all groups on",
	  test_idle_vms_on },
	{ "a destroyed VM keeps its exact counts", test_exact_counts },
	{ "a user's destroyed VMs do not displace those of another user",
	  test_other_user },
};

int main(int argc, char *argv[])
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;

	setbuf(stdout, NULL);
	require_exit_stats();
	vm = vm_create_with_one_vcpu(&vcpu, guest_rounds);
	isa = find_isa();
	kvm_vm_free(vm);
	run_tests(tests, ARRAY_SIZE(tests));
	ksft_exit_pass();
}

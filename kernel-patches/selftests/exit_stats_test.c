// SPDX-License-Identifier: GPL-2.0-only
/*
 * exit_stats_test
 *
 * Test the VM exit statistics of KVM (CONFIG_KVM_EXIT_STATS): the counts in
 * the debugfs snapshot and in the binary statistics of the vCPU must equal the
 * known numbers of exits of a guest, and invalid writes, opens and switches
 * must be refused.
 *
 * The vCPU runs in the thread that reads its counters, so that they do not
 * change while they are read. The test reads only the counters of its own VM,
 * but the switches are global: it skips if the statistics are in use.
 */
#define _GNU_SOURCE /* for program_invocation_short_name */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test_util.h"

#include "kvm_util.h"
#include "processor.h"

#include "exit_stats_util.h"

#define SYSFS		"/sys/kernel/kvm_exit_stats/"

/* Primes, so that sums of other counts are unlikely to match. */
#define NR_CPUID	997
#define NR_IO		101

/* Ports without a device in the kernel: each OUT goes to user space. */
#define PORT_COUNTED	0x2f0
#define PORT_DONE	0x2f1

#define NOBODY		65534

/* Codes and statistics names of the guest's exits, by ISA */
struct isa {
	u64 cpuid;
	u64 io;
	const char *cpuid_stat;
	const char *io_stat;
};

static const struct isa isas[] = {
	[KES_ISA_VMX] = { 10, 30, "exits_cpuid", "exits_io_instruction" },
	[KES_ISA_SVM] = { 0x72, 0x7b, "exits_cpuid", "exits_ioio" },
};

static struct kvm_vm *vm;
static struct kvm_vcpu *vcpu;
static const struct isa *isa;

static void guest_out(u16 port)
{
	asm volatile("outb %%al, %%dx" : : "a"(0), "d"(port));
}

/* A round ends with an OUT to PORT_DONE and has NR_IO + 1 exits for I/O. */
static void guest_code(void)
{
	u32 eax, ebx, ecx, edx;
	int i;

	for (;;) {
		for (i = 0; i < NR_CPUID; i++)
			cpuid(0, &eax, &ebx, &ecx, &edx);
		for (i = 0; i < NR_IO; i++)
			guest_out(PORT_COUNTED);
		guest_out(PORT_DONE);
	}
}

static void run_round(void)
{
	struct kvm_run *run = vcpu->run;
	int nr = 0;

	for (;;) {
		vcpu_run(vcpu);
		TEST_ASSERT(run->exit_reason == KVM_EXIT_IO,
			    "Unexpected exit to user space: %u",
			    run->exit_reason);
		if (run->io.port == PORT_DONE)
			break;
		nr++;
	}
	TEST_ASSERT(nr == NR_IO, "Got %d writes by the guest, expected %d", nr,
		    NR_IO);
}

/* Clear errno: TEST_ASSERT() skips the test if errno is EACCES. */
static void expect(const char *what, const char *value, int ret, int want)
{
	errno = 0;
	TEST_ASSERT(ret == want, "%s, \"%s\": got %d (%s), expected %d", what,
		    value, ret, strerror(ret), want);
}

static void expect_write(const char *path, const char *value, int want)
{
	expect(path, value, try_write(path, value), want);
}

static void switch_all_off(void)
{
	try_write(SYSFS "histogram", "0");
	try_write(SYSFS "time", "0");
	try_write(SYSFS "detail", "0");
	try_write(SYSFS "count", "0");
}

static const void *record_of(const struct snapshot *s, u32 type)
{
	return find_record(s, type, vcpu->id);
}

/* Return the current counts of one reason, from a new snapshot. */
static struct kes_exit count_of(u64 code)
{
	struct snapshot s = take_snapshot();
	struct kes_exit exit = find_exit(record_of(&s, KES_REC_VCPU), code);

	free(s.buf);
	return exit;
}

static u64 stat_of(const char *name)
{
	return read_stat(vcpu, name);
}

static void test_off_at_start(void)
{
	run_round();
	TEST_ASSERT(!count_of(isa->cpuid).l1, "CPUID exits counted while off");
	TEST_ASSERT(!count_of(isa->io).l1, "I/O exits counted while off");
	TEST_ASSERT(!stat_of(isa->cpuid_stat), "%s is not 0 while off",
		    isa->cpuid_stat);
}

/* @rounds: number of run_round() calls while count was on */
static void check_counts(unsigned int rounds)
{
	struct kes_exit cpuid = count_of(isa->cpuid), io = count_of(isa->io);

	TEST_ASSERT(cpuid.l1 == rounds * NR_CPUID,
		    "Got %llu CPUID exits, expected %u", cpuid.l1,
		    rounds * NR_CPUID);
	TEST_ASSERT(io.l1 == rounds * (NR_IO + 1),
		    "Got %llu I/O exits, expected %u", io.l1,
		    rounds * (NR_IO + 1));
	TEST_ASSERT(!cpuid.l2 && !io.l2, "Unexpected exits from L2");
	TEST_ASSERT(!cpuid.userspace,
		    "%llu CPUID exits returned to user space",
		    cpuid.userspace);
	TEST_ASSERT(io.userspace == io.l1,
		    "%llu of %llu I/O exits returned to user space",
		    io.userspace, io.l1);
}

static void test_exact(void)
{
	expect_write(SYSFS "count", "1", 0);
	run_round();
	check_counts(1);
	run_round();
	check_counts(2);
	expect_write(SYSFS "count", "1", 0);
	check_counts(2);
}

static void test_stats_fd(void)
{
	u64 cpuid = stat_of(isa->cpuid_stat), io = stat_of(isa->io_stat);

	TEST_ASSERT(cpuid == count_of(isa->cpuid).l1, "%s is %lu",
		    isa->cpuid_stat, cpuid);
	TEST_ASSERT(io == count_of(isa->io).l1, "%s is %lu", isa->io_stat, io);
	run_round();
	TEST_ASSERT(stat_of(isa->cpuid_stat) == cpuid + NR_CPUID,
		    "%s did not grow by %u", isa->cpuid_stat, NR_CPUID);
	TEST_ASSERT(stat_of(isa->io_stat) == io + NR_IO + 1,
		    "%s did not grow by %u", isa->io_stat, NR_IO + 1);
}

/* Each attempt to enter the guest must have exactly one outcome. */
static void test_accounting(void)
{
	struct snapshot s = take_snapshot();
	const struct kes_vcpu_record *rec = record_of(&s, KES_REC_VCPU);
	unsigned int i;
	u64 sum;

	TEST_ASSERT(rec, "No record for the vCPU");
	sum = rec->entry_failed + rec->entry_emulated;
	for (i = 0; i < rec->nr_exits; i++)
		sum += exit_nr(rec, i)->l1 + exit_nr(rec, i)->l2;
	TEST_ASSERT(rec->attempts && rec->attempts == sum,
		    "%llu attempts, %lu accounted for", rec->attempts, sum);
	free(s.buf);
}

/* KVM_RUN must have returned for I/O only. */
static void test_userspace(void)
{
	struct snapshot s = take_snapshot();
	const struct kes_userspace_record *rec;
	const struct kes_userspace *entry;
	struct kes_exit io;

	io = find_exit(record_of(&s, KES_REC_VCPU), isa->io);
	rec = record_of(&s, KES_REC_USERSPACE);
	TEST_ASSERT(rec && rec->nr == 1,
		    "Got %u reasons for returns, expected 1",
		    rec ? rec->nr : 0);
	entry = (const void *)(rec + 1);
	TEST_ASSERT(entry->reason == KVM_EXIT_IO && entry->count == io.userspace,
		    "Got %llu returns for KVM_EXIT reason %u", entry->count,
		    entry->reason);
	free(s.buf);
}

/* A reset must take a baseline and leave the counters alone. */
static void test_reset(void)
{
	u64 generation = read_number(SYSFS "generation");
	u64 before = count_of(isa->cpuid).l1, base;
	struct snapshot s;

	expect_write(SYSFS "reset", "1", 0);
	TEST_ASSERT(read_number(SYSFS "generation") == generation + 1,
		    "Expected generation %lu", generation + 1);
	run_round();
	s = take_snapshot();
	base = find_exit(record_of(&s, KES_REC_BASELINE), isa->cpuid).l1;
	free(s.buf);
	TEST_ASSERT(base == before, "Got baseline %lu, expected %lu", base,
		    before);
	TEST_ASSERT(count_of(isa->cpuid).l1 == before + NR_CPUID,
		    "The counter did not continue from %lu", before);
}

static void test_detail(void)
{
	const struct kes_detail_value *value;
	const struct kes_detail_record *rec;
	struct snapshot s;
	u64 n = 0;
	unsigned int i;

	expect_write(SYSFS "detail", "1", 0);
	run_round();
	s = take_snapshot();
	rec = record_of(&s, KES_REC_DETAIL);
	TEST_ASSERT(rec, "No detail record");
	value = (const void *)(rec + 1);
	for (i = 0; i < rec->nr; i++)
		if (value[i].code == isa->io && !value[i].flags &&
		    value[i].value == PORT_COUNTED)
			n += value[i].count;
	free(s.buf);
	TEST_ASSERT(n == NR_IO, "Got %lu exits for port 0x%x, expected %u", n,
		    PORT_COUNTED, NR_IO);
	expect_write(SYSFS "detail", "0", 0);
}

/* The times of all states must add up to the total, to the cycle. */
static void test_time(void)
{
	const struct kes_histogram_record *histogram;
	const struct kes_time_record *time;
	struct snapshot s;
	u64 n;

	expect_write(SYSFS "time", "1", 0);
	expect_write(SYSFS "histogram", "1", 0);
	run_round();
	s = take_snapshot();
	time = record_of(&s, KES_REC_TIME);
	histogram = record_of(&s, KES_REC_HISTOGRAM);
	TEST_ASSERT(time && histogram, "No time record or no histogram record");
	TEST_ASSERT(time->guest_cyc && time->state == KES_STATE_USERSPACE,
		    "Guest time %llu, state %u", time->guest_cyc, time->state);
	TEST_ASSERT(sum_of_time(time) == time->last_cyc - time->first_cyc,
		    "The states add up to %lu cycles, expected %llu",
		    sum_of_time(time), time->last_cyc - time->first_cyc);
	n = sum_of_buckets(histogram, isa->cpuid);
	TEST_ASSERT(n == NR_CPUID,
		    "Got %lu CPUID exits in the histogram, expected %u", n,
		    NR_CPUID);
	free(s.buf);
}

/* Relies on test_time(), which leaves time and histogram on. */
static void test_busy(void)
{
	expect_write(SYSFS "count", "0", EBUSY);
	expect_write(SYSFS "time", "0", EBUSY);
	TEST_ASSERT(read_number(SYSFS "count") == 1, "count is off");
	expect_write(SYSFS "histogram", "0", 0);
	expect_write(SYSFS "count", "0", EBUSY);
	expect_write(SYSFS "time", "0", 0);
	expect_write(SYSFS "count", "0", 0);
}

static void test_needs(void)
{
	expect_write(SYSFS "time", "1", EINVAL);
	expect_write(SYSFS "histogram", "1", EINVAL);
	expect_write(SYSFS "detail", "1", EINVAL);
	TEST_ASSERT(!read_number(SYSFS "time"), "time is on without count");
	expect_write(SYSFS "count", "1", 0);
	expect_write(SYSFS "histogram", "1", EINVAL);
	expect_write(SYSFS "count", "0", 0);
	expect_write(SYSFS "count", "0", 0);
}

static void test_invalid_writes(void)
{
	static const char * const files[] = {
		SYSFS "count", SYSFS "time", SYSFS "histogram", SYSFS "detail",
		SYSFS "reset", SYSFS "dmesg",
	};
	static const char * const values[] = {
		"2", "-1", "garbage", " ", "\n",
	};
	u64 generation = read_number(SYSFS "generation");
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		for (j = 0; j < ARRAY_SIZE(values); j++)
			expect_write(files[i], values[j], EINVAL);
	expect_write(SYSFS "reset", "0", EINVAL);
	expect_write(SYSFS "dmesg", "0", EINVAL);
	TEST_ASSERT(read_number(SYSFS "generation") == generation,
		    "An invalid write reset the statistics");
	TEST_ASSERT(!read_number(SYSFS "count"),
		    "An invalid write switched count on");
}

/* After switching off, the counts must stay and must not grow. */
static void test_off_again(void)
{
	struct kes_exit before = count_of(isa->cpuid);

	run_round();
	TEST_ASSERT(before.l1 && count_of(isa->cpuid).l1 == before.l1,
		    "CPUID exits changed from %llu to %llu", before.l1,
		    count_of(isa->cpuid).l1);
}

/* Root can open a debugfs file regardless of its mode, but not write to it. */
static void test_read_only(void)
{
	int ret = try_write(SNAPSHOT, "x");

	errno = 0;
	TEST_ASSERT(ret == EACCES || ret == EPERM || ret == EINVAL,
		    "Write to the snapshot: got %d (%s)", ret, strerror(ret));
	expect("open", "version",
	       try_open(SYSFS "version", O_WRONLY), EACCES);
	expect("open", "unaccounted",
	       try_open(SYSFS "unaccounted", O_WRONLY), EACCES);
	expect("open", "reset", try_open(SYSFS "reset", O_RDONLY), EACCES);
}

static void open_as_nobody(void)
{
	if (setuid(NOBODY))
		_exit(1);
	if (try_open(SNAPSHOT, O_RDONLY) != EACCES)
		_exit(2);
	if (try_open(SNAPSHOT, O_WRONLY) != EACCES)
		_exit(3);
	if (try_open(SYSFS "total", O_RDONLY) != EACCES)
		_exit(4);
	if (try_open(SYSFS "count", O_RDONLY) != EACCES)
		_exit(5);
	if (try_open(SYSFS "count", O_WRONLY) != EACCES)
		_exit(6);
	_exit(0);
}

static void test_root_only(void)
{
	int status;
	pid_t pid = fork();

	TEST_ASSERT(pid >= 0, "fork: %d", errno);
	if (!pid)
		open_as_nobody();
	TEST_ASSERT(waitpid(pid, &status, 0) == pid, "waitpid: %d", errno);
	TEST_ASSERT(WIFEXITED(status) && !WEXITSTATUS(status),
		    "Step %d succeeded or failed with another error",
		    status >> 8);
}

/* A read at another offset must continue the snapshot taken at offset 0. */
static void test_offsets(void)
{
	struct snapshot whole, parts;
	int fd = open_snapshot();
	char byte;
	size_t at;

	TEST_ASSERT(pread(fd, &byte, 1, 3) == 0,
		    "Got data before a snapshot was taken");
	TEST_ASSERT(pread(fd, &byte, 1, -1) < 0 && errno == EINVAL,
		    "Read at a negative offset: got %d", errno);
	whole = read_snapshot(fd, 65536);
	for (at = 1; at < whole.size; at += 2)
		TEST_ASSERT(pread(fd, &byte, 1, at) == 1 &&
			    byte == whole.buf[at], "Byte %zu differs", at);
	TEST_ASSERT(pread(fd, &byte, 1, whole.size) == 0 &&
		    pread(fd, &byte, 1, whole.size + 1) == 0,
		    "Got data after the end");
	TEST_ASSERT(lseek(fd, 0, SEEK_SET) == 0, "lseek: %d", errno);
	parts = read_snapshot(fd, 7);
	TEST_ASSERT(parts.size == whole.size && parts.vm_id == whole.vm_id,
		    "Got %zu bytes with reads of 7 bytes, expected %zu",
		    parts.size, whole.size);
	free(whole.buf);
	free(parts.buf);
	close(fd);
}

/* The order matters: each test relies on the switches left by the last one. */
static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "no exits are counted while count is off", test_off_at_start },
	{ "CPUID and I/O exits are counted exactly", test_exact },
	{ "the stats fd has the same counts", test_stats_fd },
	{ "every VM-entry attempt is accounted for", test_accounting },
	{ "returns to user space are counted by reason", test_userspace },
	{ "a reset leaves the counters alone", test_reset },
	{ "detail counts exits by port", test_detail },
	{ "the times of all states add up", test_time },
	{ "a group that others need cannot be switched off", test_busy },
	{ "a group cannot be switched on without its needs", test_needs },
	{ "invalid writes are refused", test_invalid_writes },
	{ "counts do not grow after count is switched off", test_off_again },
	{ "values are read-only, actions write-only", test_read_only },
	{ "files are accessible to root only", test_root_only },
	{ "the snapshot can be read at any offset", test_offsets },
};

static void set_up(void)
{
	struct snapshot s;

	__TEST_REQUIRE(!access(SYSFS "count", R_OK | W_OK),
		       "No exit statistics (requires CONFIG_KVM_EXIT_STATS and root)");
	__TEST_REQUIRE(!try_open(SNAPSHOT, O_RDONLY),
		       "No snapshot of the exit statistics in debugfs");
	__TEST_REQUIRE(!read_number(SYSFS "count"),
		       "The exit statistics are in use (count is on)");

	vm = vm_create_with_one_vcpu(&vcpu, guest_code);
	s = take_snapshot();
	TEST_ASSERT(header_of(&s)->isa < ARRAY_SIZE(isas) &&
		    isas[header_of(&s)->isa].cpuid_stat,
		    "Unexpected ISA: %u", header_of(&s)->isa);
	isa = &isas[header_of(&s)->isa];
	free(s.buf);
	atexit(switch_all_off);
}

int main(int argc, char *argv[])
{
	unsigned int i;

	setbuf(stdout, NULL);
	set_up();
	ksft_print_header();
	ksft_set_plan(ARRAY_SIZE(tests));
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		tests[i].run();
		ksft_test_result_pass("%s\n", tests[i].name);
	}
	kvm_vm_free(vm);
	ksft_exit_pass();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * exit_stats_test
 *
 * Test the VM exit statistics of KVM (CONFIG_KVM_EXIT_STATS): the counts in
 * the debugfs snapshot and in the binary statistics of the vCPU must equal the
 * known numbers of exits of a guest, and invalid writes and switches must be
 * refused.
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
#include <sys/mman.h>
#include <unistd.h>

#include "test_util.h"

#include "kvm_util.h"
#include "processor.h"

#include "exit_stats_guest.h"

static struct kvm_vm *vm;
static struct kvm_vcpu *vcpu;
static const struct isa *isa;

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
	run_round(vcpu);
	TEST_ASSERT(!count_of(isa->cpuid).l1, "CPUID exits counted while off");
	TEST_ASSERT(!count_of(isa->io).l1, "I/O exits counted while off");
	TEST_ASSERT(!stat_of(isa->cpuid_stat), "%s is not 0 while off",
		    isa->cpuid_stat);
}

/* @rounds: number of run_round() calls while count was on */
static void check_counts(unsigned int rounds)
{
	struct snapshot s = take_snapshot();

	check_rounds(isa, record_of(&s, KES_REC_VCPU), rounds);
	free(s.buf);
}

static void test_exact(void)
{
	expect_write(SYSFS "count", "1", 0);
	run_round(vcpu);
	check_counts(1);
	run_round(vcpu);
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
	run_round(vcpu);
	TEST_ASSERT(stat_of(isa->cpuid_stat) == cpuid + NR_CPUID,
		    "%s did not grow by %u", isa->cpuid_stat, NR_CPUID);
	TEST_ASSERT(stat_of(isa->io_stat) == io + NR_IO + 1,
		    "%s did not grow by %u", isa->io_stat, NR_IO + 1);
}

static void test_accounting(void)
{
	struct snapshot s = take_snapshot();

	check_accounting(record_of(&s, KES_REC_VCPU));
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

/* A page whose memory in the host cannot be accessed */
#define BAD_PAGE	0x40000000ul
#define BAD_SLOT	10
#define NR_FAILED	3

static void touch_bad_page(void)
{
	READ_ONCE(*(u32 *)BAD_PAGE);
}

/* Run @vcpu, which must fail, and return the reason to count that by. */
static u32 run_failing(struct kvm_vcpu *failing, int want)
{
	int ret = __vcpu_run(failing), err = errno;

	TEST_ASSERT(ret < 0 && err == want, "KVM_RUN: %d (errno %d), expected %d",
		    ret, err, want);
	if (err == EINTR)
		return KVM_EXIT_INTR;
#ifdef KVM_EXIT_MEMORY_FAULT
	if (err == EFAULT && failing->run->exit_reason == KVM_EXIT_MEMORY_FAULT)
		return KVM_EXIT_MEMORY_FAULT;
#endif
	return KES_USERSPACE_ERRNO | err;
}

static void expect_returns(u64 vm_id, u32 vcpu_id, u32 reason, u64 want)
{
	struct snapshot s = take_snapshot_of(vm_id);
	const struct kes_userspace_record *rec;
	u64 got;

	rec = find_record(&s, KES_REC_USERSPACE, vcpu_id);
	got = find_return(rec, reason);
	TEST_ASSERT(got == want, "Got %lu returns for reason 0x%x, expected %lu",
		    got, reason, want);
	TEST_ASSERT(rec && rec->nr == 1 + (vcpu_id == 1),
		    "Got %u reasons for returns", rec ? rec->nr : 0);
	free(s.buf);
}

/* An AP whose INIT arrives returns EAGAIN, once; a request to exit, EINTR. */
static void init_ap(struct kvm_vm *two, struct kvm_vcpu *ap)
{
	struct kvm_msi msi = { .address_lo = 0xfee01000, .data = 5 << 8 };
	struct kvm_mp_state state = { KVM_MP_STATE_UNINITIALIZED };
	struct kvm_lapic_state lapic;

	vcpu_mp_state_set(ap, &state);
	/* Without a change of its APIC, the AP is not a destination yet. */
	vcpu_ioctl(ap, KVM_GET_LAPIC, &lapic);
	vcpu_ioctl(ap, KVM_SET_LAPIC, &lapic);
	ap->run->immediate_exit = 1;
	run_failing(ap, EINTR);
	ap->run->immediate_exit = 0;
	TEST_ASSERT(__vm_ioctl(two, KVM_SIGNAL_MSI, &msi) == 1,
		    "KVM_SIGNAL_MSI: %d", errno);
	run_failing(ap, EAGAIN);
}

/* A KVM_RUN that fails is counted by its errno, not as KVM_EXIT_UNKNOWN. */
static void test_failed_returns(void)
{
	struct kvm_vcpu *vcpus[2];
	struct kvm_vm *two;
	u32 reason = 0;
	int i;
	u64 id;

	two = vm_create_with_vcpus(2, touch_bad_page, vcpus);
	id = newest_vm();
	vm_userspace_mem_region_add(two, VM_MEM_SRC_ANONYMOUS, BAD_PAGE,
				    BAD_SLOT, 1, 0);
	virt_map(two, BAD_PAGE, BAD_PAGE, 1);
	TEST_ASSERT(!mprotect(addr_gpa2hva(two, BAD_PAGE), getpagesize(),
			      PROT_NONE), "mprotect: %d", errno);
	for (i = 0; i < NR_FAILED; i++)
		reason = run_failing(vcpus[0], EFAULT);
	init_ap(two, vcpus[1]);
	expect_returns(id, 0, reason, NR_FAILED);
	expect_returns(id, 1, KVM_EXIT_INTR, 1);
	expect_returns(id, 1, KES_USERSPACE_ERRNO | EAGAIN, 1);
	kvm_vm_free(two);
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
	run_round(vcpu);
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
	run_round(vcpu);
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

/* More leaves than the table has places, and then one that becomes frequent */
#define NR_LEAVES	2003
#define LATE_LEAF	0x4321

static void guest_late_leaf(void)
{
	u32 eax, ebx, ecx, edx;
	int i;

	for (i = 0; i < NR_LEAVES; i++)
		cpuid(i, &eax, &ebx, &ecx, &edx);
	for (i = 0; i < NR_CPUID; i++)
		cpuid(LATE_LEAF, &eax, &ebx, &ecx, &edx);
	guest_out(PORT_DONE);
}

/* Check the values of CPUID: all exits, and one leaf that is marked as late. */
static void check_late_leaf(const struct kes_detail_record *rec)
{
	const struct kes_detail_value *value = (const void *)(rec + 1);
	u64 sum = 0, late = 0;
	unsigned int i;

	TEST_ASSERT(rec, "No detail record");
	for (i = 0; i < rec->nr; i++) {
		if (value[i].code != isa->cpuid)
			continue;
		sum += value[i].count;
		if (value[i].value == LATE_LEAF &&
		    value[i].flags == KES_DETAIL_AT_LEAST)
			late += value[i].count;
	}
	TEST_ASSERT(sum == NR_LEAVES + NR_CPUID,
		    "The leaves have %lu exits, expected %u", sum,
		    NR_LEAVES + NR_CPUID);
	TEST_ASSERT(late == NR_CPUID, "Got %lu exits for the late leaf, expected %u",
		    late, NR_CPUID);
}

/* A value that becomes frequent late stays in the table. */
static void test_late_value(void)
{
	struct kvm_vcpu *late;
	struct kvm_vm *late_vm;
	struct snapshot s;

	expect_write(SYSFS "detail", "1", 0);
	late_vm = vm_create_with_one_vcpu(&late, guest_late_leaf);
	vcpu_run(late);
	s = take_snapshot_of(newest_vm());
	check_late_leaf(find_record(&s, KES_REC_DETAIL, late->id));
	free(s.buf);
	kvm_vm_free(late_vm);
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
	run_round(vcpu);
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

	run_round(vcpu);
	TEST_ASSERT(before.l1 && count_of(isa->cpuid).l1 == before.l1,
		    "CPUID exits changed from %llu to %llu", before.l1,
		    count_of(isa->cpuid).l1);
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

static const struct named_test tests[] = {
	{ "no exits are counted while count is off", test_off_at_start },
	{ "CPUID and I/O exits are counted exactly", test_exact },
	{ "the stats fd has the same counts", test_stats_fd },
	{ "every VM-entry attempt is accounted for", test_accounting },
	{ "returns to user space are counted by reason", test_userspace },
	{ "failed runs are counted by their errno", test_failed_returns },
	{ "a reset leaves the counters alone", test_reset },
	{ "detail counts exits by port", test_detail },
	{ "detail keeps a value that becomes frequent late", test_late_value },
	{ "the times of all states add up", test_time },
	{ "a group that others need cannot be switched off", test_busy },
	{ "a group cannot be switched on without its needs", test_needs },
	{ "invalid writes are refused", test_invalid_writes },
	{ "counts do not grow after count is switched off", test_off_again },
	{ "the snapshot can be read at any offset", test_offsets },
};

int main(int argc, char *argv[])
{
	setbuf(stdout, NULL);
	require_exit_stats();
	vm = vm_create_with_one_vcpu(&vcpu, guest_rounds);
	isa = find_isa();
	run_tests(tests, ARRAY_SIZE(tests));
	kvm_vm_free(vm);
	ksft_exit_pass();
}

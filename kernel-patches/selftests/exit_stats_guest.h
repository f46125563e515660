/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest of known exits for the tests of the VM exit statistics, and what these
 * tests require and leave behind.
 */
#ifndef SELFTEST_KVM_EXIT_STATS_GUEST_H
#define SELFTEST_KVM_EXIT_STATS_GUEST_H

#include "processor.h"

#include "exit_stats_util.h"

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

static inline void guest_out(u16 port)
{
	asm volatile("outb %%al, %%dx" : : "a"(0), "d"(port));
}

/* A round ends with an OUT to PORT_DONE and has NR_IO + 1 exits for I/O. */
static inline void guest_rounds(void)
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

/* Run a vCPU that executes guest_rounds() until its round ends. */
static inline void run_round(struct kvm_vcpu *vcpu)
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

/* Check the counts of a vCPU after @rounds of run_round(). */
static inline void check_rounds(const struct isa *isa,
				const struct kes_vcpu_record *rec,
				unsigned int rounds)
{
	struct kes_exit cpuid, io;

	TEST_ASSERT(rec, "No record for the vCPU");
	cpuid = find_exit(rec, isa->cpuid);
	io = find_exit(rec, isa->io);
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

/* Each attempt to enter the guest must have exactly one outcome. */
static inline void check_accounting(const struct kes_vcpu_record *rec)
{
	unsigned int i;
	u64 sum;

	TEST_ASSERT(rec, "No record for the vCPU");
	sum = rec->entry_failed + rec->entry_emulated;
	for (i = 0; i < rec->nr_exits; i++)
		sum += exit_nr(rec, i)->l1 + exit_nr(rec, i)->l2;
	TEST_ASSERT(rec->attempts && rec->attempts == sum,
		    "%llu attempts, %lu accounted for", rec->attempts, sum);
}

/* Clear errno: TEST_ASSERT() skips the test if errno is EACCES. */
static inline void expect(const char *what, const char *value, int ret,
			  int want)
{
	errno = 0;
	TEST_ASSERT(ret == want, "%s, \"%s\": got %d (%s), expected %d", what,
		    value, ret, strerror(ret), want);
}

static inline void expect_write(const char *path, const char *value, int want)
{
	expect(path, value, try_write(path, value), want);
}

static inline void switch_all_off(void)
{
	try_write(SYSFS "histogram", "0");
	try_write(SYSFS "time", "0");
	try_write(SYSFS "detail", "0");
	try_write(SYSFS "count", "0");
}

/* Skip the test if there are no statistics, or if they are in use. */
static inline void require_exit_stats(void)
{
	__TEST_REQUIRE(!access(SYSFS "count", R_OK | W_OK),
		       "No exit statistics (requires CONFIG_KVM_EXIT_STATS and root)");
	__TEST_REQUIRE(!try_open(SNAPSHOT, O_RDONLY),
		       "No snapshot of the exit statistics in debugfs");
	__TEST_REQUIRE(!read_number(SYSFS "count"),
		       "The exit statistics are in use (count is on)");
	atexit(switch_all_off);
}

/* Return the codes of this host. The calling process must have a VM. */
static inline const struct isa *find_isa(void)
{
	struct snapshot s = take_snapshot();
	u32 isa = header_of(&s)->isa;

	TEST_ASSERT(isa < ARRAY_SIZE(isas) && isas[isa].cpuid_stat,
		    "Unexpected ISA: %u", isa);
	free(s.buf);
	return &isas[isa];
}

/* The order matters: a test may rely on the switches left by the last one. */
struct named_test {
	const char *name;
	void (*run)(void);
};

static inline void run_tests(const struct named_test *tests, unsigned int nr)
{
	unsigned int i;

	ksft_print_header();
	ksft_set_plan(nr);
	for (i = 0; i < nr; i++) {
		tests[i].run();
		ksft_test_result_pass("%s\n", tests[i].name);
	}
}

#endif /* SELFTEST_KVM_EXIT_STATS_GUEST_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Let the n-th allocation (or access to user memory) of each operation fail, with n
 * from 1 until the operation passes, and verify the engine's state after each.
 *
 *   fail-nth STRIDE [OPERATION...]	default: all operations
 *
 * With a stride, only each STRIDE-th n is tried, which takes less time.
 *
 * Prints a line per operation: its name, how many of its tries failed, and how many
 * faults were injected. An allocation may have a fallback, so an operation may pass
 * with a fault. Ends with 1 if the state is inconsistent: a file of a VM or vCPU that
 * no snapshot has, a group that is on although its switch failed, wrong counts.
 *
 * Faults are injected into this thread only (/proc/thread-self/fail-nth), and only
 * while an operation runs.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kvm_exit_stats.h"
#include "small-vm.h"
#include "state.h"

#define MOST_FAULTS	5000
#define EFER_SVME	(1 << 12)
#define MOST_CPUIDS	256

static struct small_vm small;
static int fail_nth;
static bool injecting;
static bool hit;	/* by the last fault */

/* --- injecting --- */

static void write_nth(unsigned int nth)
{
	char text[16];
	int size = snprintf(text, sizeof(text), "%u", nth);

	/* Writing copies from user memory, which may be what fails. */
	while (pwrite(fail_nth, text, size, 0) != size)
		if (errno != EFAULT)
			err(1, "fail-nth");
}

static void inject(unsigned int nth)
{
	write_nth(nth);
	injecting = true;
}

/* Stop injecting, if it goes on. Return whether the fault was injected. */
static bool injected(void)
{
	char text[16] = "";
	int saved = errno;
	ssize_t size;

	if (injecting) {
		size = pread(fail_nth, text, sizeof(text) - 1, 0);
		write_nth(0);
		hit = size > 0 && atoi(text) == 0;
		injecting = false;
	}
	errno = saved;
	return hit;
}

/* --- files --- */

static int group_is_on(const char *group)
{
	char name[64];

	snprintf(name, sizeof(name), SYSFS "%s", group);
	if (read_file(name))
		err(1, "%s", name);
	return *(char *)buffer == '1';
}

static int switch_group(const char *group, int on)
{
	char name[64];

	snprintf(name, sizeof(name), SYSFS "%s", group);
	return write_file(name, on ? "1" : "0");
}

/* --- operations --- */

static int no_vm(void)
{
	return 0;
}

static int with_vm(void)
{
	return small_vm_create(&small) < 0 ? -1 : 0;
}

static int with_vcpu(void)
{
	if (with_vm() || small_vm_create_vcpu(&small) < 0)
		return -1;
	return small_vm_set_up(&small);
}

static int create_vm(void)
{
	return with_vm();
}

static int create_vcpu(void)
{
	return small_vm_create_vcpu(&small) < 0 ? -1 : 0;
}

/* The id must be free after each failure. */
static int create_vcpu_again(void)
{
	int ret = create_vcpu();

	injected();
	if (ret && create_vcpu())
		complain("create-vcpu-again", "second try fails");
	return ret;
}

static int end_vm(void)
{
	return small_vm_close(&small);
}

/* Only the first KVM_RUN can fail; the guest then continues to its end. */
static int run_guest(void)
{
	int ret = ioctl(small.vcpu, KVM_RUN, 0);
	bool failed = injected();

	if (!failed && (ret || small.run->exit_reason != KVM_EXIT_IO))
		complain("run", "the guest does not reach its OUT");
	if (ret || small.run->exit_reason == KVM_EXIT_INTERNAL_ERROR)
		return failed ? -1 : 0;
	while (small.run->exit_reason != KVM_EXIT_HLT)
		if (ioctl(small.vcpu, KVM_RUN, 0) ||
		    (small.run->exit_reason != KVM_EXIT_IO &&
		     small.run->exit_reason != KVM_EXIT_HLT))
			return -1;
	read_snapshot();
	if (!failed && (own_exits(getenv("ISA")[0] == 's' ? 0x72 : 10) !=
			SMALL_CPUIDS))
		complain("run", "CPUID exits are not counted exactly");
	return failed ? -1 : 0;
}

/* Nested virtualization is allowed when a guest sets EFER.SVME. */
static int allow_nested(void)
{
	static struct {
		struct kvm_cpuid2 list;
		struct kvm_cpuid_entry2 entries[MOST_CPUIDS];
	} cpuid;

	cpuid.list.nent = MOST_CPUIDS;
	if (with_vcpu() ||
	    ioctl(small.kvm, KVM_GET_SUPPORTED_CPUID, &cpuid) ||
	    ioctl(small.vcpu, KVM_SET_CPUID2, &cpuid))
		return -1;
	return 0;
}

static int set_svme(void)
{
	struct kvm_sregs sregs;

	if (getenv("ISA")[0] != 's')
		return 0;
	if (ioctl(small.vcpu, KVM_GET_SREGS, &sregs))
		return -1;
	sregs.efer |= EFER_SVME;
	return ioctl(small.vcpu, KVM_SET_SREGS, &sregs);
}

static int stats_fd(void)
{
	int fd = ioctl(small.vcpu, KVM_GET_STATS_FD, 0);
	ssize_t size;

	if (fd < 0)
		return -1;
	size = read(fd, buffer, sizeof(buffer));
	close(fd);
	return size < 0 ? -1 : 0;
}

/* Switch on; after a failure, the group must be off. */
static int switch_on(const char *group)
{
	int ret = switch_group(group, 1);

	injected();
	if (ret && group_is_on(group))
		complain(group, "on, although the switch failed");
	return ret;
}

#define SWITCH(group, name) \
	static int switch_##name(void) { return switch_on(group); }
SWITCH("count", count)
SWITCH("time", time)
SWITCH("histogram", histogram)
SWITCH("detail", detail)

static int count_off(void)
{
	return with_vcpu() || switch_group("detail", 0) ||
	       switch_group("histogram", 0) || switch_group("time", 0) ||
	       switch_group("count", 0);
}

static int more_off(void)
{
	return with_vcpu() || switch_group("count", 1) ||
	       switch_group("detail", 0) || switch_group("histogram", 0) ||
	       switch_group("time", 0);
}

static int time_on(void)
{
	return more_off() || switch_group("time", 1);
}

static int all_on(void)
{
	return switch_group("count", 1) || switch_group("time", 1) ||
	       switch_group("histogram", 1) || switch_group("detail", 1);
}

static int all_on_with_vm(void)
{
	return all_on() || with_vm();
}

static int all_on_with_vcpu(void)
{
	return all_on() || with_vcpu();
}

static int take_snapshot(void)
{
	return read_file(DEBUGFS "snapshot");
}

static int changes = -1;

static int open_changes(void)
{
	if (all_on_with_vcpu())
		return -1;
	if (changes < 0)
		changes = open(DEBUGFS "changes", O_RDONLY | O_CLOEXEC);
	return changes < 0 ? -1 : read_again(changes);
}

/* What a failed read did not return must be in the next one. */
static int read_changes(void)
{
	const struct kes_header *header = (const void *)buffer;
	int ret = read_again(changes);

	injected();
	if (ret && (read_again(changes) || header->since))
		complain("changes", "not everything after a failed read");
	return ret;
}

static int read_summary(void)
{
	return read_file(DEBUGFS "summary");
}

static int read_total(void)
{
	return read_file(SYSFS "total");
}

static int read_reason(void)
{
	return read_file(SYSFS "reasons/CPUID");
}

static int read_unaccounted(void)
{
	return read_file(SYSFS "unaccounted");
}

static int do_reset(void)
{
	return write_file(SYSFS "reset", "1");
}

static int print_table(void)
{
	return write_file(SYSFS "dmesg", "1");
}

static const struct operation {
	const char *name;
	int (*prepare)(void);
	int (*run)(void);
} operations[] = {
	{ "count",		count_off,		switch_count },
	{ "create-vm",		all_on,			create_vm },
	{ "create-vcpu",	with_vm,		create_vcpu },
	{ "create-vcpu-again",	all_on_with_vm,		create_vcpu_again },
	{ "end-vm",		all_on_with_vcpu,	end_vm },
	{ "run",		all_on_with_vcpu,	run_guest },
	{ "nested",		allow_nested,		set_svme },
	{ "stats-fd",		with_vcpu,		stats_fd },
	{ "time",		more_off,		switch_time },
	{ "histogram",		time_on,		switch_histogram },
	{ "detail",		more_off,		switch_detail },
	{ "snapshot",		all_on_with_vcpu,	take_snapshot },
	{ "changes",		open_changes,		read_changes },
	{ "summary",		with_vcpu,		read_summary },
	{ "total",		with_vcpu,		read_total },
	{ "reason",		with_vcpu,		read_reason },
	{ "unaccounted",	with_vcpu,		read_unaccounted },
	{ "reset",		with_vcpu,		do_reset },
	{ "dmesg",		no_vm,			print_table },
};

/* Return whether the fault was injected: the operation has at least @nth of them. */
static bool try(const struct operation *op, unsigned int nth,
		unsigned int *failures)
{
	bool failed;

	if (op->prepare())
		err(1, "%s: preparing", op->name);
	inject(nth);
	failed = op->run() != 0;
	if (!injected() && failed && op->run != print_table)
		complain(op->name, strerror(errno));
	*failures += failed;
	if (small_vm_close(&small))
		err(1, "%s: closing", op->name);
	check_files(op->name);
	return hit;
}

static void exhaust(const struct operation *op, unsigned int stride)
{
	unsigned int nth, failures = 0, faults = 0;

	for (nth = 1; nth < MOST_FAULTS; nth += stride, faults++)
		if (!try(op, nth, &failures))
			break;
	printf("%s %u %u\n", op->name, failures, faults);
	fflush(stdout);
}

static bool wanted(const char *name, char **names)
{
	char **at = names;

	while (*at && strcmp(*at, name))
		at++;
	return *at || !*names;
}

int main(int argc, char **argv)
{
	int stride = argc > 1 ? atoi(argv[1]) : 0;

	if (stride < 1)
		errx(2, "usage: fail-nth STRIDE [OPERATION...]");
	memset(buffer, 0, sizeof(buffer));
	small_vm_open(&small);
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_nth < 0)
		err(1, "/proc/thread-self/fail-nth");
	if (mlockall(MCL_CURRENT))
		err(1, "mlockall");
	for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
		if (wanted(operations[i].name, argv + 2))
			exhaust(&operations[i], stride);
	return inconsistent;
}

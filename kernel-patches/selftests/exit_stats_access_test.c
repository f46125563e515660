// SPDX-License-Identifier: GPL-2.0-only
/*
 * exit_stats_access_test
 *
 * Test who may read and write the files of the VM exit statistics of KVM:
 * modes and the owner.
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

#include "exit_stats_guest.h"

/* Run @test in a child, which may lose its capabilities. */
static void run_in_child(void (*test)(void))
{
	pid_t pid = fork();
	int status;

	TEST_ASSERT(pid >= 0, "fork: %d", errno);
	if (!pid) {
		test();
		_exit(0);
	}
	TEST_ASSERT(waitpid(pid, &status, 0) == pid, "waitpid: %d", errno);
	TEST_ASSERT(!status, "The child failed: status 0x%x", status);
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
	run_in_child(open_as_nobody);
}

static const struct named_test tests[] = {
	{ "values are read-only, actions write-only", test_read_only },
	{ "files are accessible to root only", test_root_only },
};

int main(int argc, char *argv[])
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;

	setbuf(stdout, NULL);
	require_exit_stats();
	/* With a VM, all kinds of files exist. */
	vm = vm_create_with_one_vcpu(&vcpu, guest_rounds);
	expect_write(SYSFS "count", "1", 0);
	run_round(vcpu);
	run_tests(tests, ARRAY_SIZE(tests));
	kvm_vm_free(vm);
	ksft_exit_pass();
}

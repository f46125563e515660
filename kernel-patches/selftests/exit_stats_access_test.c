// SPDX-License-Identifier: GPL-2.0-only
/*
 * exit_stats_access_test
 *
 * Test who may read and write the files of the VM exit statistics of KVM:
 * modes, the owner, and the capabilities of the process at each read and write.
 */
#define _GNU_SOURCE /* for program_invocation_short_name */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

/* Every file of the statistics, opened before the capabilities are dropped */
#define MAX_FILES	512

static struct {
	char path[128];
	int fd;
	mode_t mode;
} files[MAX_FILES];
static unsigned int nr_files;

static int open_file(const char *path, const struct stat *stat, int type,
		     struct FTW *ftw)
{
	if (type != FTW_F || nr_files == MAX_FILES)
		return 0;
	snprintf(files[nr_files].path, sizeof(files[0].path), "%s", path);
	files[nr_files].mode = stat->st_mode;
	files[nr_files].fd = open(path, stat->st_mode & 0400 ? O_RDONLY : O_WRONLY);
	TEST_ASSERT(files[nr_files].fd >= 0, "%s: open: %d", path, errno);
	nr_files++;
	return 0;
}

/* Return 0 or the errno of opening or reading. */
static int try_read(const char *path)
{
	int fd = open(path, O_RDONLY), ret = 0;
	char byte;

	if (fd < 0)
		return errno;
	if (read(fd, &byte, 1) < 0)
		ret = errno;
	close(fd);
	return ret;
}

static void refuse_all(void)
{
	unsigned int i;
	char byte;

	nftw(SYSFS, open_file, 16, FTW_PHYS);
	nftw(DEBUGFS, open_file, 16, FTW_PHYS);
	TEST_ASSERT(nr_files > 20, "Found only %u files", nr_files);
	TEST_ASSERT(!set_capabilities(0), "capset: %d", errno);
	for (i = 0; i < nr_files; i++) {
		const char *path = files[i].path;

		if (files[i].mode & 0400) {
			expect(path, "read", try_read(path), EPERM);
			expect(path, "read, opened before",
			       pread(files[i].fd, &byte, 1, 0) < 0 ? errno : 0,
			       EPERM);
		}
		if (files[i].mode & 0200)
			expect_write(path, "1", EPERM);
	}
}

static void allow(unsigned int capability)
{
	TEST_ASSERT(!set_capabilities(BIT_ULL(capability)), "capset: %d", errno);
	expect(SYSFS "total", "read", try_read(SYSFS "total"), 0);
	expect(SNAPSHOT, "read", try_read(SNAPSHOT), 0);
	expect_write(SYSFS "count", "0", 0);
}

static void allow_perfmon(void)
{
	allow(CAP_PERFMON);
}

static void allow_sys_admin(void)
{
	allow(CAP_SYS_ADMIN);
}

/* uid 0 alone does not suffice: the root of a container is not the host's. */
static void test_capabilities(void)
{
	run_in_child(refuse_all);
	run_in_child(allow_perfmon);
	run_in_child(allow_sys_admin);
}

static const struct named_test tests[] = {
	{ "values are read-only, actions write-only", test_read_only },
	{ "files are accessible to root only", test_root_only },
	{ "files need CAP_PERFMON or CAP_SYS_ADMIN", test_capabilities },
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

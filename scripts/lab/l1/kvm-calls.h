/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls of KVM for small programs in L1: each ends the program if it fails.
 */
#ifndef KVM_CALLS_H
#define KVM_CALLS_H

#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static inline int open_kvm(void)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(1, "/dev/kvm");
	return fd;
}

/* @arg: a number or an address, as the request has it */
static inline int call_kvm(int fd, unsigned long request, unsigned long arg,
			   const char *name)
{
	int ret = ioctl(fd, request, arg);

	if (ret < 0)
		err(1, "%s", name);
	return ret;
}

static inline void *map_memory(size_t size, int flags, int fd)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (p == MAP_FAILED)
		err(1, "mmap");
	return p;
}

/* Memory of a guest, from guest address 0 on */
static inline void set_memory(int vm, void *memory, size_t size)
{
	struct kvm_userspace_memory_region region = {
		.memory_size = size,
		.userspace_addr = (unsigned long)memory,
	};

	call_kvm(vm, KVM_SET_USER_MEMORY_REGION, (unsigned long)&region,
		 "KVM_SET_USER_MEMORY_REGION");
}

/* Create a vCPU that begins at address 0, in real mode. */
static inline int create_vcpu(int vm, unsigned long id)
{
	struct kvm_regs regs = { .rflags = 2 };
	struct kvm_sregs sregs;
	int fd = call_kvm(vm, KVM_CREATE_VCPU, id, "KVM_CREATE_VCPU");

	call_kvm(fd, KVM_GET_SREGS, (unsigned long)&sregs, "KVM_GET_SREGS");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	call_kvm(fd, KVM_SET_SREGS, (unsigned long)&sregs, "KVM_SET_SREGS");
	call_kvm(fd, KVM_SET_REGS, (unsigned long)&regs, "KVM_SET_REGS");
	return fd;
}

/* Run a vCPU until its HLT. */
static inline void run_until_hlt(int vcpu, const struct kvm_run *run)
{
	call_kvm(vcpu, KVM_RUN, 0, "KVM_RUN");
	if (run->exit_reason != KVM_EXIT_HLT)
		errx(1, "exit reason %u", run->exit_reason);
}

#endif /* KVM_CALLS_H */

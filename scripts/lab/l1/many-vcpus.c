// SPDX-License-Identifier: GPL-2.0-only
/*
 * many-vcpus VCPUS ROUNDS [hold]: in each round, create a VM with so many vCPUs, run each
 * of them in this thread until its HLT, and destroy the VM.
 *
 * Prints "created" when the vCPUs of the first round exist, and waits for a line or
 * the end of stdin before it runs them. With hold, prints "ran" when those of the last
 * round ran, and waits again before it destroys them.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE	4096
#define HLT	0xf4

struct vcpu {
	int fd;
	struct kvm_run *run;
};

static int call(int fd, unsigned long request, void *arg, const char *name)
{
	int ret = ioctl(fd, request, arg);

	if (ret < 0)
		err(1, "%s", name);
	return ret;
}

static void *map(size_t size, int flags, int fd)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (memory == MAP_FAILED)
		err(1, "mmap");
	return memory;
}

/* Each vCPU begins at address 0, in real mode. */
static void create_vcpu(struct vcpu *vcpu, int vm, unsigned long id, size_t size)
{
	struct kvm_regs regs = { .rflags = 2 };
	struct kvm_sregs sregs;

	vcpu->fd = call(vm, KVM_CREATE_VCPU, (void *)id, "KVM_CREATE_VCPU");
	vcpu->run = map(size, MAP_SHARED, vcpu->fd);
	call(vcpu->fd, KVM_GET_SREGS, &sregs, "KVM_GET_SREGS");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	call(vcpu->fd, KVM_SET_SREGS, &sregs, "KVM_SET_SREGS");
	call(vcpu->fd, KVM_SET_REGS, &regs, "KVM_SET_REGS");
}

static void wait_for_line(const char *state)
{
	puts(state);
	fflush(stdout);
	getchar();
}

static void run(const struct vcpu *vcpu)
{
	call(vcpu->fd, KVM_RUN, NULL, "KVM_RUN");
	if (vcpu->run->exit_reason != KVM_EXIT_HLT)
		errx(1, "exit reason %u", vcpu->run->exit_reason);
}

static void one_round(int kvm, uint8_t *memory, unsigned long nr, int first,
		      int hold)
{
	struct kvm_userspace_memory_region region = {
		.memory_size = PAGE,
		.userspace_addr = (uintptr_t)memory,
	};
	size_t size = call(kvm, KVM_GET_VCPU_MMAP_SIZE, NULL, "mmap size");
	int vm = call(kvm, KVM_CREATE_VM, NULL, "KVM_CREATE_VM");
	struct vcpu *vcpus = calloc(nr, sizeof(*vcpus));
	unsigned long i;

	if (!vcpus)
		err(1, "calloc");
	call(vm, KVM_SET_USER_MEMORY_REGION, &region, "memory");
	for (i = 0; i < nr; i++)
		create_vcpu(&vcpus[i], vm, i, size);
	if (first)
		wait_for_line("created");
	for (i = 0; i < nr; i++)
		run(&vcpus[i]);
	if (hold)
		wait_for_line("ran");
	for (i = 0; i < nr; i++) {
		munmap(vcpus[i].run, size);
		close(vcpus[i].fd);
	}
	close(vm);
	free(vcpus);
}

int main(int argc, char **argv)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC), rounds, i;
	uint8_t *memory = map(PAGE, MAP_SHARED | MAP_ANONYMOUS, -1);

	if (kvm < 0)
		err(1, "/dev/kvm");
	if (argc < 3)
		errx(2, "usage: many-vcpus VCPUS ROUNDS [hold]");
	memset(memory, HLT, PAGE);
	rounds = atoi(argv[2]);
	for (i = 0; i < rounds; i++)
		one_round(kvm, memory, strtoul(argv[1], NULL, 10), i == 0,
			  argc > 3 && i == rounds - 1);
	return 0;
}

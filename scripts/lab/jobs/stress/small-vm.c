// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest VM, see small-vm.h.
 */
#include <err.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "small-vm.h"

#define MEMORY_SIZE	0x10000
#define ENTRY		0x1000

/* Three CPUIDs, a store to each of two new pages, OUT, HLT */
static const unsigned char program[] = {
	0x31, 0xc0, 0x0f, 0xa2,		/* xor %ax, %ax; cpuid */
	0x31, 0xc0, 0x0f, 0xa2,
	0x31, 0xc0, 0x0f, 0xa2,
	0xa3, 0x00, 0x30,		/* mov %ax, 0x3000 */
	0xa3, 0x00, 0x50,		/* mov %ax, 0x5000 */
	0xe6, 0x80,			/* out %al, $0x80 */
	0xf4,				/* hlt */
};

static void *memory;
static long run_size;

void small_vm_open(struct small_vm *s)
{
	*s = (struct small_vm){ .vm = -1, .vcpu = -1 };
	s->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (s->kvm < 0)
		err(1, "/dev/kvm");
	run_size = ioctl(s->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (run_size < 0 || memory == MAP_FAILED)
		err(1, "memory");
}

int small_vm_create(struct small_vm *s)
{
	s->vm = ioctl(s->kvm, KVM_CREATE_VM, 0);
	return s->vm;
}

int small_vm_create_vcpu(struct small_vm *s)
{
	s->vcpu = ioctl(s->vm, KVM_CREATE_VCPU, 0);
	return s->vcpu;
}

static int set_registers(const struct small_vm *s)
{
	struct kvm_regs regs = { .rip = ENTRY, .rflags = 2 };
	struct kvm_sregs sregs;

	if (ioctl(s->vcpu, KVM_GET_SREGS, &sregs))
		return -1;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(s->vcpu, KVM_SET_SREGS, &sregs))
		return -1;
	return ioctl(s->vcpu, KVM_SET_REGS, &regs);
}

/* The guest's memory is new for each VM, so that its pages have to be found. */
int small_vm_set_up(struct small_vm *s)
{
	struct kvm_userspace_memory_region region = {
		.memory_size = MEMORY_SIZE,
		.userspace_addr = (unsigned long)memory,
	};

	/* The program may have locked all of its memory. */
	if (munlock(memory, MEMORY_SIZE) ||
	    madvise(memory, MEMORY_SIZE, MADV_DONTNEED))
		return -1;
	memcpy((char *)memory + ENTRY, program, sizeof(program));
	if (ioctl(s->vm, KVM_SET_USER_MEMORY_REGION, &region))
		return -1;
	s->run = mmap(NULL, run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		      s->vcpu, 0);
	if (s->run == MAP_FAILED) {
		s->run = NULL;
		return -1;
	}
	return set_registers(s);
}

int small_vm_close(struct small_vm *s)
{
	int ret = 0;

	if (s->run && munmap(s->run, run_size))
		return -1;
	s->run = NULL;
	if (s->vcpu >= 0)
		ret |= close(s->vcpu);
	if (s->vm >= 0)
		ret |= close(s->vm);
	s->vcpu = -1;
	s->vm = -1;
	return ret;
}

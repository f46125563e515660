// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps two idle VMs open until it is killed, and says "held" once they are.
 *
 * For lab svm with more than one CPU. QEMU's TCG before 8.1 may keep a stale
 * breakpoint when one CPU patches an instruction that another is just
 * translating, and L1 dies of "Oops: int3". KVM patches its own code when the
 * first of a kind comes and the last one goes: a VM (preempt notifiers), a
 * vCPU whose local APIC is disabled by software (any new one's, and KVM looks
 * again only a second later, when its guest runs), a vCPU without a local
 * APIC in the kernel. So L1 starts with one CPU, gets one of each for good,
 * and only then brings up the others. The vCPUs never run and add nothing to
 * any count: minivmm, which runs what it makes, is no substitute.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int call(int fd, unsigned long request, const char *name)
{
	int ret = ioctl(fd, request, 0);

	if (ret < 0)
		err(1, "%s", name);
	return ret;
}

int main(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int vm;

	if (kvm < 0)
		err(1, "/dev/kvm");
	vm = call(kvm, KVM_CREATE_VM, "KVM_CREATE_VM");
	call(vm, KVM_CREATE_IRQCHIP, "KVM_CREATE_IRQCHIP");
	call(vm, KVM_CREATE_VCPU, "KVM_CREATE_VCPU");
	vm = call(kvm, KVM_CREATE_VM, "KVM_CREATE_VM");
	call(vm, KVM_CREATE_VCPU, "KVM_CREATE_VCPU");
	puts("held");
	fflush(stdout);
	for (;;)
		pause();
}

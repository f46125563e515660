// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps an empty VM open until it is killed, and says "held" once it is.
 *
 * For lab svm with more than one CPU. The first VM makes KVM switch a static
 * key in the scheduler (preempt notifiers). QEMU's TCG before 8.1 may keep a
 * stale breakpoint when one CPU patches an instruction that another is just
 * translating, and L1 dies of "Oops: int3". So L1 starts with one CPU, makes
 * that switch for good, and only then brings up the others. The VM never has
 * a vCPU and adds nothing to any count.
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (kvm < 0) {
		perror("hold-vm: /dev/kvm");
		return 1;
	}
	if (ioctl(kvm, KVM_CREATE_VM, 0) < 0) {
		perror("hold-vm: KVM_CREATE_VM");
		return 1;
	}
	puts("held");
	fflush(stdout);
	for (;;)
		pause();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run a vCPU that waits for INIT, as other vCPUs than the first do after creation,
 * for one second. Then run the first vCPU, whose exit keeps the VM's counts: a VM
 * without exits leaves nothing.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int call(int fd, unsigned long request, unsigned long arg,
		const char *name)
{
	int ret = ioctl(fd, request, arg);

	if (ret < 0)
		err(1, "%s", name);
	return ret;
}

static void on_alarm(int signal)
{
	(void)signal;
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int vm, first, vcpu;

	if (kvm < 0)
		err(1, "/dev/kvm");
	vm = call(kvm, KVM_CREATE_VM, 0, "KVM_CREATE_VM");
	call(vm, KVM_CREATE_IRQCHIP, 0, "KVM_CREATE_IRQCHIP");
	first = call(vm, KVM_CREATE_VCPU, 0, "KVM_CREATE_VCPU");
	vcpu = call(vm, KVM_CREATE_VCPU, 1, "KVM_CREATE_VCPU");
	if (sigaction(SIGALRM, &action, NULL))
		err(1, "sigaction");
	alarm(1);
	if (ioctl(vcpu, KVM_RUN, 0) != -1 || errno != EINTR)
		err(1, "KVM_RUN");
	/* There is no memory, so it may fail after its exit. */
	if (ioctl(first, KVM_RUN, 0) < 0)
		warn("KVM_RUN of the first vCPU");
	return 0;
}

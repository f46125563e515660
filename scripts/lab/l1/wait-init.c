// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run a vCPU that waits for INIT, as other vCPUs than the first do after creation,
 * for one second. Then run the first vCPU, whose exit keeps the VM's counts: a VM
 * without exits leaves nothing.
 */
#include <errno.h>
#include <signal.h>

#include "kvm-calls.h"

static void on_alarm(int signal)
{
	(void)signal;
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	int kvm = open_kvm();
	int vm, first, vcpu;

	vm = call_kvm(kvm, KVM_CREATE_VM, 0, "KVM_CREATE_VM");
	call_kvm(vm, KVM_CREATE_IRQCHIP, 0, "KVM_CREATE_IRQCHIP");
	first = call_kvm(vm, KVM_CREATE_VCPU, 0, "KVM_CREATE_VCPU");
	vcpu = call_kvm(vm, KVM_CREATE_VCPU, 1, "KVM_CREATE_VCPU");
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keep two idle VMs open until killed; print "held" once they are open.
 *
 * For lab svm with more than one CPU. QEMU's TCG before 8.1 may keep a stale
 * breakpoint if one CPU patches an instruction while another translates it, and
 * L1 crashes with "Oops: int3". KVM patches its own code when the first of a kind
 * is created and the last one destroyed: a VM (preempt notifiers), a vCPU whose
 * local APIC is disabled by software (as in every new vCPU, until KVM updates it
 * one second later, while the guest runs), a vCPU without an in-kernel local APIC.
 * Therefore L1 starts with one CPU, creates one of each, and then brings up the
 * other CPUs. These vCPUs never run and are not counted; minivmm cannot be used,
 * because it runs its vCPUs.
 */
#include <stdio.h>

#include "kvm-calls.h"

int main(void)
{
	int kvm = open_kvm();
	int vm;

	vm = call_kvm(kvm, KVM_CREATE_VM, 0, "KVM_CREATE_VM");
	call_kvm(vm, KVM_CREATE_IRQCHIP, 0, "KVM_CREATE_IRQCHIP");
	call_kvm(vm, KVM_CREATE_VCPU, 0, "KVM_CREATE_VCPU");
	vm = call_kvm(kvm, KVM_CREATE_VM, 0, "KVM_CREATE_VM");
	call_kvm(vm, KVM_CREATE_VCPU, 0, "KVM_CREATE_VCPU");
	puts("held");
	fflush(stdout);
	for (;;)
		pause();
}

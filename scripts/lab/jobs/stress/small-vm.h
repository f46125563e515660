/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The smallest VM: 64 KiB, a vCPU in real mode, a program of known exits. For the
 * programs of this job, which call KVM themselves, so that each call can fail.
 */
#ifndef SMALL_VM_H
#define SMALL_VM_H

#include <linux/kvm.h>

#define SMALL_CPUIDS	3	/* exits of the program, until KVM_EXIT_HLT */
#define SMALL_OUTS	1

/* Descriptors, -1: closed. */
struct small_vm {
	int kvm;
	int vm;
	int vcpu;
	struct kvm_run *run;
};

/* The calls return -1 with errno set, as system calls do. */
void small_vm_open(struct small_vm *s);
int small_vm_create(struct small_vm *s);
int small_vm_create_vcpu(struct small_vm *s);
/* Prepare memory and registers, so that KVM_RUN can be called. */
int small_vm_set_up(struct small_vm *s);
int small_vm_close(struct small_vm *s);

#endif /* SMALL_VM_H */

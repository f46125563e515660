/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few members of the kernel's structures that the programs read.
 *
 * Only names count: where a member lies is found when the programs are
 * loaded, in the BTF of the kernel that runs and of its KVM modules. So the
 * build needs no BTF of any kernel, and what a kernel does not have (another
 * vendor's structures) is not looked at.
 */
#ifndef EXITSTAT_KVM_TYPES_H
#define EXITSTAT_KVM_TYPES_H

#pragma clang attribute push(__attribute__((preserve_access_index)), \
			     apply_to = record)

struct mm_struct;

struct file {
	void *private_data;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct pt_regs {
	unsigned long di;
	unsigned long si;
};

struct task_struct {
	int pid;
	char comm[16];
	struct task_struct *group_leader;
	struct mm_struct *mm;
	struct files_struct *files;
};

struct kvm {
	struct mm_struct *mm;
};

/* enum kvm_reg; its first two are those of the hardware's encoding. */
#define REGS_RAX	0
#define REGS_RCX	1

struct kvm_vcpu_arch {
	unsigned long regs[2];
};

struct kvm_vcpu_stat {
	u64 exits;
};

struct kvm_vcpu {
	struct kvm *kvm;
	int vcpu_id;
	struct kvm_vcpu_arch arch;
	struct kvm_vcpu_stat stat;
};

/* SVM */
struct vmcb_control_area {
	u32 exit_code;
	u64 exit_info_1;
	u64 exit_info_2;
};

struct vmcb {
	struct vmcb_control_area control;
};

struct kvm_vmcb_info {
	struct vmcb *ptr;
};

struct vcpu_svm {
	struct kvm_vcpu vcpu;
	struct vmcb *vmcb;
	struct kvm_vmcb_info vmcb01;
	struct kvm_vmcb_info *current_vmcb;
};

/* VMX. From Linux 6.16 on the exit reason is in what TDX uses, too. */
union vmx_exit_reason {
	u32 full;
};

struct loaded_vmcs {
	int cpu;
};

struct vcpu_vmx {
	struct kvm_vcpu vcpu;
	struct loaded_vmcs vmcs01;
	struct loaded_vmcs *loaded_vmcs;
	union vmx_exit_reason exit_reason;
};

struct vcpu_vt {
	union vmx_exit_reason exit_reason;
};

struct vcpu_vmx___vt {
	struct vcpu_vt vt;
};

/* PVM: KVM for guests without any help of the hardware */
struct vcpu_pvm {
	struct kvm_vcpu vcpu;
	u32 exit_reason;
};

/* The record of kvm:kvm_exit */
struct trace_event_raw_kvm_exit {
	u64 info1;
	u32 intr_info;
};

#pragma clang attribute pop

#endif

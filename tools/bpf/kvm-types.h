/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The members of kernel structures that the programs read.
 *
 * Only the names matter: the offsets are resolved when the programs are loaded,
 * with the BTF of the running kernel and its KVM modules. The build therefore
 * needs no kernel's BTF, and structures that a kernel does not have (those of
 * the other vendor) are not accessed.
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

/* enum kvm_reg; the first two match the hardware encoding. */
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

/* VMX. Since Linux 6.16, the exit reason is in a structure shared with TDX. */
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

/* PVM: KVM without hardware virtualization */
struct vcpu_pvm {
	struct kvm_vcpu vcpu;
	u32 exit_reason;
};

/* The trace record of kvm:kvm_exit */
struct trace_event_raw_kvm_exit {
	u64 info1;
	u32 intr_info;
};

#pragma clang attribute pop

#endif

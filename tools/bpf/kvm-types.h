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
struct pid;

struct timespec64 {
	long tv_sec;
	long tv_nsec;
};

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct preempt_notifier {
	struct hlist_node link;
};

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
	u32 __state;
	char comm[16];
	struct task_struct *group_leader;
	struct mm_struct *mm;
	struct files_struct *files;
	struct hlist_head preempt_notifiers;
};

struct kvm_arch {
	u8 vm_type;
};

struct kvm {
	struct mm_struct *mm;
	struct kvm_arch arch;
};

/* enum kvm_reg; the first two match the hardware encoding. */
#define REGS_RAX	0
#define REGS_RCX	1

enum kvm_reg {
	VCPU_EXREG_EXIT_INFO_1,
	VCPU_EXREG_EXIT_INFO_2,
};

struct kvm_vcpu_arch {
	unsigned long regs[2];
	u32 regs_avail;
	int mp_state;
};

struct kvm_vcpu_stat {
	u64 exits;
	u64 guest_mode;
};

struct kvm_vcpu {
	struct kvm *kvm;
	struct preempt_notifier preempt_notifier;
	int vcpu_id;
	struct pid *pid;
	struct kvm_vcpu_arch arch;
	struct kvm_vcpu_stat stat;
};

/* SVM */
struct vmcb_control_area {
	u32 exit_code;
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
};

/* VMX. Since Linux 6.16, these are in a structure shared with TDX. */
union vmx_exit_reason {
	u32 full;
};

struct vcpu_vmx {
	struct kvm_vcpu vcpu;
	union vmx_exit_reason exit_reason;
	unsigned long exit_qualification;
	u32 exit_intr_info;
};

struct vcpu_vt {
	union vmx_exit_reason exit_reason;
	unsigned long exit_qualification;
	u32 exit_intr_info;
};

struct vcpu_vmx___vt {
	struct vcpu_vt vt;
};

/* PVM: KVM without hardware virtualization */
struct vcpu_pvm {
	struct kvm_vcpu vcpu;
	u32 exit_reason;
};

#pragma clang attribute pop

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the probes.
 */
#ifndef KES_FEED_PROBES_H
#define KES_FEED_PROBES_H

#include <linux/kvm_host.h>

/* Offset of the VMCB pointer in struct vcpu_svm. */
extern size_t kes_vmcb_offset;

void kes_probe_exit_vmx(void *data, struct kvm_vcpu *vcpu, u32 isa);
void kes_probe_exit_svm(void *data, struct kvm_vcpu *vcpu, u32 isa);
void kes_probe_entry(void *data, struct kvm_vcpu *vcpu);
void kes_probe_entry_immediate(void *data, struct kvm_vcpu *vcpu, bool immediate);
void kes_probe_userspace(void *data, u32 reason, int error);
void kes_probe_wakeup(void *data, u64 ns, bool waited, bool valid);
void kes_kprobe_run(struct kvm_vcpu *vcpu);
void kes_kprobe_halt(struct kvm_vcpu *vcpu);
void kes_probe_switch(void *data, bool preempt, struct task_struct *prev,
		      struct task_struct *next, unsigned int prev_state);

#endif /* KES_FEED_PROBES_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: what happens at KVM's tracepoints.
 *
 * Probes run in the thread that hit the tracepoint, with preemption disabled;
 * at kvm_exit and kvm_entry interrupts are off as well. KVM has the VMCS of
 * the guest that exited loaded, be it L1 or L2.
 */
#include <linux/atomic.h>

#include "count.h"
#include "detail_svm.h"
#include "detail_vmx.h"
#include "engine.h"
#include "feed_probes.h"
#include "feed_vcpus.h"
#include "time.h"

/* As KVM's trace points have them. */
#define KES_ISA_ARG_VMX	1
#define KES_ISA_ARG_SVM	2

size_t kes_vmcb_offset __read_mostly;

/* The vCPU's exits are of the other context from now on. */
static noinline bool kes_change_context(struct kes_fed_vcpu *fed, bool guest)
{
	struct kes_vcpu *vcpu = fed->hot.vcpu;

	if (guest && kes_vcpu_enable_l2(vcpu, GFP_ATOMIC | __GFP_NOWARN))
		return false;
	kes_set_context(&fed->hot, guest ? vcpu->l2[KES_EXITS] :
					   vcpu->l1[KES_EXITS]);
	fed->guest_mode = guest;
	return true;
}

static void kes_exit_vmx(struct kes_fed_vcpu *fed, struct kvm_vcpu *vcpu)
{
	unsigned int slot;

	kes_count_vmx(&fed->hot, kes_vmread(VM_EXIT_REASON) & 0xffff);
	if (!static_branch_unlikely(&kes_more_key))
		return;
	slot = kes_vmx_slots[fed->hot.last];
	if (static_branch_unlikely(&kes_time_key))
		kes_time_exit_guest(fed->hot.vcpu, slot);
	if (static_branch_unlikely(&kes_detail_key))
		kes_detail_vmx(fed->hot.vcpu, vcpu, slot);
}

static void kes_exit_svm(struct kes_fed_vcpu *fed, struct kvm_vcpu *vcpu)
{
	const struct vmcb *vmcb;
	unsigned int slot;

	/* struct vcpu_svm begins with its vcpu, see feed_btf.c. */
	vmcb = *(const struct vmcb **)((void *)vcpu + kes_vmcb_offset);
	kes_count_svm(&fed->hot, vmcb->control.exit_code);
	if (!static_branch_unlikely(&kes_more_key))
		return;
	slot = fed->hot.last;
	if (static_branch_unlikely(&kes_time_key))
		kes_time_exit_guest(fed->hot.vcpu, slot);
	if (static_branch_unlikely(&kes_detail_key))
		kes_detail_svm(fed->hot.vcpu, vcpu, &vmcb->control, slot);
}

void kes_probe_exit(void *data, struct kvm_vcpu *vcpu, u32 isa)
{
	struct kes_fed_vcpu *fed = kes_fed_vcpu(vcpu);
	bool guest = vcpu->arch.hflags & HF_GUEST_MASK;

	if (unlikely(!fed))
		goto lost;
	if (unlikely(fed->guest_mode != guest) &&
	    !kes_change_context(fed, guest))
		goto lost;
	if (isa == KES_ISA_ARG_VMX && kes.isa == KES_ISA_VMX)
		kes_exit_vmx(fed, vcpu);
	else if (isa == KES_ISA_ARG_SVM && kes.isa == KES_ISA_SVM)
		kes_exit_svm(fed, vcpu);
	else
		goto lost;
	return;
lost:
	atomic64_inc(&kes.lost);
}

void kes_probe_entry(void *data, struct kvm_vcpu *vcpu)
{
	struct kes_fed_vcpu *fed;

	if (!static_branch_unlikely(&kes_time_key))
		return;
	fed = kes_fed_vcpu(vcpu);
	if (fed)
		kes_time_enter_guest(fed->hot.vcpu);
}

void kes_probe_entry_immediate(void *data, struct kvm_vcpu *vcpu, bool immediate)
{
	kes_probe_entry(data, vcpu);
}

/* A change of state that the vCPU's own thread comes to. */
static void kes_probe_state(struct kes_fed_vcpu *fed, u32 state)
{
	if (fed && static_branch_unlikely(&kes_time_key))
		kes_time_set(fed->hot.vcpu, state);
}

void kes_probe_userspace(void *data, u32 reason, int error)
{
	struct kes_fed_vcpu *fed = kes_fed_vcpu_of(current) ?: kes_fed_orphan();

	if (!fed)
		return;
	kes_count_userspace(&fed->hot, reason, error);
	kes_probe_state(fed, KES_STATE_USERSPACE);
}

/* A halt ends. */
void kes_probe_wakeup(void *data, u64 ns, bool waited, bool valid)
{
	kes_probe_state(kes_fed_vcpu_of(current), KES_STATE_HANDLER);
}

/* New vCPUs wait for a tracepoint: this may count as an NMI, see feed_vcpus.c. */
void kes_kprobe_run(struct kvm_vcpu *vcpu)
{
	kes_probe_state(kes_fed_vcpu_known(vcpu), KES_STATE_HANDLER);
}

void kes_kprobe_halt(struct kvm_vcpu *vcpu)
{
	kes_probe_state(kes_fed_vcpu_known(vcpu), KES_STATE_POLLING);
}

/* Every context switch of the machine comes here while time is on. */
void kes_probe_switch(void *data, bool preempt, struct task_struct *prev,
		      struct task_struct *next, unsigned int prev_state)
{
	struct kes_fed_vcpu *fed;

	if (!static_branch_unlikely(&kes_time_key))
		return;
	fed = kes_fed_vcpu_of(prev);
	if (fed)
		kes_time_sched_out(fed->hot.vcpu, preempt || !prev_state);
	fed = kes_fed_vcpu_of(next);
	if (fed)
		kes_time_sched_in(fed->hot.vcpu);
}

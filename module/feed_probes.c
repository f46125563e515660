// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the probes.
 *
 * Probes run in the thread that hits the tracepoint, with preemption disabled;
 * at kvm_exit and kvm_entry, interrupts are disabled as well. The current VMCS
 * is that of the guest that exited, L1 or L2.
 */
#include <linux/atomic.h>

#include "count.h"
#include "detail_svm.h"
#include "detail_vmx.h"
#include "engine.h"
#include "feed_probes.h"
#include "feed_vcpus.h"
#include "time.h"

/* The isa argument of tracepoint kvm_exit. */
#define KES_ISA_ARG_VMX	1
#define KES_ISA_ARG_SVM	2

size_t kes_vmcb_offset __read_mostly;

/* Count further exits in the other context. */
static noinline bool kes_change_context(struct kes_probed_vcpu *probed,
					bool guest)
{
	struct kes_vcpu *vcpu = probed->hot.vcpu;

	if (guest && kes_vcpu_enable_l2(vcpu, GFP_ATOMIC | __GFP_NOWARN))
		return false;
	kes_set_context(&probed->hot, guest ? vcpu->l2[KES_EXITS] :
					   vcpu->l1[KES_EXITS]);
	probed->guest_mode = guest;
	return true;
}

static void kes_exit_vmx(struct kes_probed_vcpu *probed, struct kvm_vcpu *vcpu)
{
	unsigned int slot;

	kes_count_vmx(&probed->hot, kes_vmread(VM_EXIT_REASON) & 0xffff);
	if (!static_branch_unlikely(&kes_more_key))
		return;
	slot = kes_vmx_slots[probed->hot.last];
	if (static_branch_unlikely(&kes_time_key))
		kes_time_exit_guest(probed->hot.vcpu, slot);
	if (static_branch_unlikely(&kes_detail_key))
		kes_detail_vmx(probed->hot.vcpu, vcpu, slot);
}

static void kes_exit_svm(struct kes_probed_vcpu *probed, struct kvm_vcpu *vcpu)
{
	const struct vmcb *vmcb;
	unsigned int slot;

	/* vcpu is the first member of struct vcpu_svm, see feed_btf.c. */
	vmcb = *(const struct vmcb **)((void *)vcpu + kes_vmcb_offset);
	kes_count_svm(&probed->hot, vmcb->control.exit_code);
	if (!static_branch_unlikely(&kes_more_key))
		return;
	slot = probed->hot.last;
	if (static_branch_unlikely(&kes_time_key))
		kes_time_exit_guest(probed->hot.vcpu, slot);
	if (static_branch_unlikely(&kes_detail_key))
		kes_detail_svm(probed->hot.vcpu, vcpu, &vmcb->control, slot);
}

void kes_probe_exit(void *data, struct kvm_vcpu *vcpu, u32 isa)
{
	struct kes_probed_vcpu *probed = kes_probed_vcpu_get(vcpu);
	bool guest = vcpu->arch.hflags & HF_GUEST_MASK;

	if (unlikely(!probed))
		goto lost;
	if (unlikely(probed->guest_mode != guest) &&
	    !kes_change_context(probed, guest))
		goto lost;
	if (isa == KES_ISA_ARG_VMX && kes.isa == KES_ISA_VMX)
		kes_exit_vmx(probed, vcpu);
	else if (isa == KES_ISA_ARG_SVM && kes.isa == KES_ISA_SVM)
		kes_exit_svm(probed, vcpu);
	else
		goto lost;
	return;
lost:
	atomic64_inc(&kes.lost);
}

void kes_probe_entry(void *data, struct kvm_vcpu *vcpu)
{
	struct kes_probed_vcpu *probed;

	if (!static_branch_unlikely(&kes_time_key))
		return;
	probed = kes_probed_vcpu_get(vcpu);
	if (probed)
		kes_time_enter_guest(probed->hot.vcpu);
}

void kes_probe_entry_immediate(void *data, struct kvm_vcpu *vcpu, bool immediate)
{
	kes_probe_entry(data, vcpu);
}

/* Change the state of the current thread's vCPU. */
static void kes_probe_state(struct kes_probed_vcpu *probed, u32 state)
{
	if (probed && static_branch_unlikely(&kes_time_key))
		kes_time_set(probed->hot.vcpu, state);
}

void kes_probe_userspace(void *data, u32 reason, int error)
{
	struct kes_probed_vcpu *probed;

	probed = kes_probed_vcpu_by_task(current) ?: kes_probed_orphan();
	if (!probed)
		return;
	kes_count_userspace(&probed->hot, reason, error);
	kes_probe_state(probed, KES_STATE_USERSPACE);
}

/* A halt ends. */
void kes_probe_wakeup(void *data, u64 ns, bool waited, bool valid)
{
	kes_probe_state(kes_probed_vcpu_by_task(current), KES_STATE_HANDLER);
}

/*
 * This may run in NMI context (see feed_vcpus.c), so a new vCPU is left to the
 * tracepoints.
 */
void kes_kprobe_run(struct kvm_vcpu *vcpu)
{
	kes_probe_state(kes_probed_vcpu_find(vcpu), KES_STATE_HANDLER);
}

void kes_kprobe_halt(struct kvm_vcpu *vcpu)
{
	kes_probe_state(kes_probed_vcpu_find(vcpu), KES_STATE_POLLING);
}

/* Runs at every context switch of the machine while time is on. */
void kes_probe_switch(void *data, bool preempt, struct task_struct *prev,
		      struct task_struct *next, unsigned int prev_state)
{
	struct kes_probed_vcpu *probed;

	if (!static_branch_unlikely(&kes_time_key))
		return;
	probed = kes_probed_vcpu_by_task(prev);
	if (probed)
		kes_time_sched_out(probed->hot.vcpu, preempt || !prev_state);
	probed = kes_probed_vcpu_by_task(next);
	if (probed)
		kes_time_sched_in(probed->hot.vcpu);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the probes.
 *
 * Probes run in the thread that hits the tracepoint. At kvm_exit, kvm_entry and
 * sched_switch, KVM and the scheduler have disabled interrupts. The other
 * probes disable preemption themselves, because tracepoints do not do so since
 * Linux 7.0; without it, a vCPU could be freed while it is used. The current
 * VMCS is that of the guest that exited, L1 or L2.
 */
#include <linux/atomic.h>

#include "count.h"
#include "detail_svm.h"
#include "detail_vmx.h"
#include "engine.h"
#include "feed_pool.h"
#include "feed_probes.h"
#include "feed_vcpus.h"
#include "time.h"

/* The isa argument of tracepoint kvm_exit. */
#define KES_ISA_ARG_VMX	1
#define KES_ISA_ARG_SVM	2

size_t kes_vmcb_offset __read_mostly;

static noinline void kes_lost(void)
{
	atomic64_inc(&kes.lost);
}

/* Count further exits in the other context. */
static noinline bool kes_change_context(struct kes_probed_vcpu *probed,
					u32 guest)
{
	struct kes_vcpu *vcpu = probed->hot.vcpu;
	void *l2;

	if (guest && !vcpu->l2) {
		l2 = kes_pool_take(&kes_spare_l2);
		kes_probed_wake();
		if (!l2)
			return false;
		/* The pool's list used the first bytes. */
		memset(l2, 0, sizeof(struct list_head));
		kes_vcpu_set_l2(vcpu, l2);
	}
	kes_set_context(&probed->hot, guest ? vcpu->l2[KES_EXITS] :
					   vcpu->l1[KES_EXITS]);
	probed->guest_mode = guest;
	return true;
}

/* Return the vCPU with its context set, NULL if the exit is lost. */
static struct kes_probed_vcpu *kes_exited_vcpu(struct kvm_vcpu *vcpu)
{
	struct kes_probed_vcpu *probed = kes_probed_vcpu_get(vcpu);
	u32 guest = vcpu->arch.hflags & HF_GUEST_MASK;

	if (!probed || (probed->guest_mode != guest &&
			!kes_change_context(probed, guest))) {
		kes_lost();
		return NULL;
	}
	return probed;
}

/*
 * Return true if nothing has changed since the last exit on this CPU. The
 * callers end with a call in all other cases, so that the compiler saves no
 * registers.
 */
static __always_inline bool kes_exited_again(const struct kes_probed_vcpu *probed,
					     const struct kvm_vcpu *vcpu)
{
	return kes_probed_is_current(probed, vcpu) &&
	       probed->guest_mode == (vcpu->arch.hflags & HF_GUEST_MASK);
}

static noinline void kes_exit_vmx_more(struct kes_probed_vcpu *probed,
				       struct kvm_vcpu *vcpu)
{
	unsigned int slot = kes_vmx_slots[probed->hot.last];

	if (static_branch_unlikely(&kes_time_key))
		kes_time_exit_guest(probed->hot.vcpu, slot);
	if (static_branch_unlikely(&kes_detail_key))
		kes_detail_vmx(probed->hot.vcpu, vcpu, slot);
}

static noinline void kes_exit_vmx_slow(struct kvm_vcpu *vcpu, u32 isa)
{
	struct kes_probed_vcpu *probed;
	unsigned long reason;

	if (isa != KES_ISA_ARG_VMX ||
	    !kes_try_vmread(VM_EXIT_REASON, &reason)) {
		kes_lost();
		return;
	}
	probed = kes_exited_vcpu(vcpu);
	if (!probed)
		return;
	kes_count_vmx(&probed->hot, reason & 0xffff);
	if (static_branch_unlikely(&kes_more_key))
		kes_exit_vmx_more(probed, vcpu);
}

void kes_probe_exit_vmx(void *data, struct kvm_vcpu *vcpu, u32 isa)
{
	struct kes_probed_vcpu *probed = this_cpu_read(kes_last_vcpu);
	unsigned long reason;

	if (unlikely(!kes_exited_again(probed, vcpu) ||
		     isa != KES_ISA_ARG_VMX ||
		     !kes_try_vmread(VM_EXIT_REASON, &reason) ||
		     (reason & 0xffff) >= KES_VMX_NEAR)) {
		kes_exit_vmx_slow(vcpu, isa);
		return;
	}
	kes_count_slot(&probed->hot, reason & 0xffff);
	if (static_branch_unlikely(&kes_more_key))
		kes_exit_vmx_more(probed, vcpu);
}

/* vcpu is the first member of struct vcpu_svm, see feed_btf.c. */
static __always_inline const struct vmcb *kes_vmcb(struct kvm_vcpu *vcpu)
{
	return *(const struct vmcb **)((void *)vcpu + kes_vmcb_offset);
}

static noinline void kes_exit_svm_more(struct kes_probed_vcpu *probed,
				       struct kvm_vcpu *vcpu)
{
	unsigned int slot = probed->hot.last;

	if (static_branch_unlikely(&kes_time_key))
		kes_time_exit_guest(probed->hot.vcpu, slot);
	if (static_branch_unlikely(&kes_detail_key))
		kes_detail_svm(probed->hot.vcpu, vcpu, &kes_vmcb(vcpu)->control,
			       slot);
}

static noinline void kes_exit_svm_slow(struct kvm_vcpu *vcpu, u32 isa)
{
	struct kes_probed_vcpu *probed;

	if (isa != KES_ISA_ARG_SVM) {
		kes_lost();
		return;
	}
	probed = kes_exited_vcpu(vcpu);
	if (!probed)
		return;
	kes_count_svm(&probed->hot, kes_vmcb(vcpu)->control.exit_code);
	if (static_branch_unlikely(&kes_more_key))
		kes_exit_svm_more(probed, vcpu);
}

void kes_probe_exit_svm(void *data, struct kvm_vcpu *vcpu, u32 isa)
{
	struct kes_probed_vcpu *probed = this_cpu_read(kes_last_vcpu);
	unsigned int slot;
	u32 code;

	if (unlikely(!kes_exited_again(probed, vcpu) ||
		     isa != KES_ISA_ARG_SVM)) {
		kes_exit_svm_slow(vcpu, isa);
		return;
	}
	code = kes_vmcb(vcpu)->control.exit_code;
	slot = code < KES_SVM_NEAR ? kes_svm_slots[code] : KES_SLOT_UNKNOWN;
	if (unlikely(slot == KES_SLOT_UNKNOWN)) {
		kes_exit_svm_slow(vcpu, isa);
		return;
	}
	kes_count_slot(&probed->hot, slot);
	if (static_branch_unlikely(&kes_more_key))
		kes_exit_svm_more(probed, vcpu);
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

	preempt_disable_notrace();
	probed = kes_probed_vcpu_by_task(current) ?: kes_probed_orphan();
	if (probed) {
		kes_count_userspace(&probed->hot, reason, error);
		kes_probe_state(probed, KES_STATE_USERSPACE);
		WRITE_ONCE(probed->runner, NULL);
	} else {
		kes_lost();
	}
	preempt_enable_notrace();
}

/* A halt ends. */
void kes_probe_wakeup(void *data, u64 ns, bool waited, bool valid)
{
	preempt_disable_notrace();
	kes_probe_state(kes_probed_vcpu_by_task(current), KES_STATE_HANDLER);
	preempt_enable_notrace();
}

/*
 * This may run in NMI context (see feed_pool.h), and does not start a vCPU's
 * counters if the pool was empty.
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the hooks that replace a call of KVM, see kvm_hooks.h.
 */
#include "kvm_hooks.h"

static void kes_set_state(struct kvm_vcpu *vcpu, u32 state)
{
	if (static_branch_unlikely(&kes_time_key))
		kes_time_set(vcpu->exit_stats.vcpu, state);
}

static noinline void kes_put(struct kvm_vcpu *vcpu, u32 reason, int r)
{
	kes_count_userspace(&vcpu->exit_stats, reason, r);
	kes_set_state(vcpu, KES_STATE_USERSPACE);
	vcpu_put(vcpu);
}

/* Every path ends with a call, so that the compiler saves no registers. */
void kvm_exit_stats_put(struct kvm_vcpu *vcpu, int r)
{
	u32 reason;

	if (!static_branch_likely(&kes_count_key)) {
		vcpu_put(vcpu);
		return;
	}
	reason = READ_ONCE(vcpu->run->exit_reason);
	if (static_branch_unlikely(&kes_time_key) ||
	    unlikely(r < 0 || reason >= KES_NR_KVM_EXITS)) {
		kes_put(vcpu, reason, r);
		return;
	}
	kes_count_return(&vcpu->exit_stats, reason);
	vcpu_put(vcpu);
}

void kvm_exit_stats_halt(struct kvm_vcpu *vcpu)
{
	kes_set_state(vcpu, KES_STATE_POLLING);
	kvm_vcpu_halt(vcpu);
	kes_set_state(vcpu, KES_STATE_HANDLER);
}

void kvm_exit_stats_block(struct kvm_vcpu *vcpu)
{
	kes_set_state(vcpu, KES_STATE_POLLING);
	kvm_vcpu_block(vcpu);
	kes_set_state(vcpu, KES_STATE_HANDLER);
}

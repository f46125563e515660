disposition|// SPDX-License-Identifier: GPL-2.0-only
disposition|/*
disposition| * KVM exit statistics: the hooks that replace a call of KVM, see kvm_hooks.h.
disposition| */
disposition|#include "kvm_hooks.h"
disposition|
time     |static void kes_set_state(struct kvm_vcpu *vcpu, u32 state)
time     |{
time     |	if (static_branch_unlikely(&kes_time_key))
time     |		kes_time_set(vcpu->exit_stats.vcpu, state);
time     |}
time     |
disposition|static noinline void kes_put(struct kvm_vcpu *vcpu, u32 reason, int r)
disposition|{
disposition|	kes_count_userspace(&vcpu->exit_stats, reason, r);
time     |	kes_set_state(vcpu, KES_STATE_USERSPACE);
disposition|	vcpu_put(vcpu);
disposition|}
disposition|
disposition|/* Every path ends with a call, so that the compiler saves no registers. */
disposition|void kvm_exit_stats_put(struct kvm_vcpu *vcpu, int r)
disposition|{
disposition|	u32 reason;
disposition|
disposition|	if (!static_branch_likely(&kes_count_key)) {
disposition|		vcpu_put(vcpu);
disposition|		return;
disposition|	}
disposition|	reason = READ_ONCE(vcpu->run->exit_reason);
disposition-time|	if (unlikely(r < 0 || reason >= KES_NR_KVM_EXITS)) {
time     |	if (static_branch_unlikely(&kes_time_key) ||
time     |	    unlikely(r < 0 || reason >= KES_NR_KVM_EXITS)) {
disposition|		kes_put(vcpu, reason, r);
disposition|		return;
disposition|	}
disposition|	kes_count_return(&vcpu->exit_stats, reason);
disposition|	vcpu_put(vcpu);
disposition|}
time     |
time     |void kvm_exit_stats_halt(struct kvm_vcpu *vcpu)
time     |{
time     |	kes_set_state(vcpu, KES_STATE_POLLING);
time     |	kvm_vcpu_halt(vcpu);
time     |	kes_set_state(vcpu, KES_STATE_HANDLER);
time     |}
time     |
time     |void kvm_exit_stats_block(struct kvm_vcpu *vcpu)
time     |{
time     |	kes_set_state(vcpu, KES_STATE_POLLING);
time     |	kvm_vcpu_block(vcpu);
time     |	kes_set_state(vcpu, KES_STATE_HANDLER);
time     |}

count    |/* SPDX-License-Identifier: GPL-2.0-only */
count    |/*
count    | * KVM exit statistics: the hooks in KVM.
count    | *
count    | * Only this file, vmx_hooks.h, svm_hooks.h and stats_fd.c use both KVM's
count    | * structures and the engine. The hooks are empty without
count    | * CONFIG_KVM_EXIT_STATS.
count    | */
count    |#ifndef KES_KVM_HOOKS_H
count    |#define KES_KVM_HOOKS_H
count    |
count    |#include <linux/init.h>
count    |#include <linux/kvm_host.h>
count    |
count    |#ifdef CONFIG_KVM_EXIT_STATS
count    |
count    |#include "count.h"
detail   |#include "detail.h"
count    |#include "life.h"
count    |#include "stats_fd.h"
time     |#include "time.h"
count    |
count    |static inline int kvm_exit_stats_create_vm(struct kvm *kvm)
count    |{
count    |	kvm->exit_stats = kes_vm_create(current->group_leader);
count    |	return kvm->exit_stats ? 0 : -ENOMEM;
count    |}
count    |
count    |/* Called when no vCPU of @kvm can run. The counters stay readable. */
count    |static inline void kvm_exit_stats_destroy_vm(struct kvm *kvm)
count    |{
count    |	kes_vm_destroy(kvm->exit_stats);
count    |	kvm->exit_stats = NULL;
count    |}
count    |
count    |static inline int kvm_exit_stats_create_vcpu(struct kvm_vcpu *vcpu)
count    |{
count    |	return kes_vcpu_create(vcpu->kvm->exit_stats, vcpu->vcpu_id,
count    |			       &vcpu->exit_stats);
count    |}
count    |
count    |/* Called when KVM has accepted the vCPU; its id may have been taken. */
count    |static inline void kvm_exit_stats_list_vcpu(struct kvm_vcpu *vcpu)
count    |{
count    |	kes_vcpu_list(&vcpu->exit_stats);
count    |}
count    |
count    |static inline void kvm_exit_stats_destroy_vcpu(struct kvm_vcpu *vcpu)
count    |{
count    |	kes_vcpu_destroy(&vcpu->exit_stats);
count    |}
nested   |
nested   |/* Called before the vCPU can run nested guests. May sleep. */
nested   |static inline int kvm_exit_stats_enable_l2(struct kvm_vcpu *vcpu)
nested   |{
nested   |	return kes_vcpu_allow_l2(&vcpu->exit_stats);
nested   |}
nested   |
nested   |/* Not guarded by a key, because counting may be switched on while L2 runs. */
nested   |static inline void kvm_exit_stats_enter_l2(struct kvm_vcpu *vcpu)
nested   |{
nested   |	kes_enter_context(&vcpu->exit_stats, true);
nested   |}
nested   |
nested   |static inline void kvm_exit_stats_leave_l2(struct kvm_vcpu *vcpu)
nested   |{
nested   |	kes_enter_context(&vcpu->exit_stats, false);
nested   |}
time     |
time     |/* Called with interrupts disabled, right before the VM entry. */
time     |static __always_inline void kvm_exit_stats_enter(struct kvm_vcpu *vcpu)
time     |{
time     |	if (static_branch_unlikely(&kes_time_key))
time     |		kes_time_enter_guest(vcpu->exit_stats.vcpu);
time     |}
disposition|
disposition|/*
disposition| * Called when a hardware VM entry returns, with or without success. Called
disposition| * from the vendor module, as are the hooks for the outcome of the attempt, so
disposition| * that switching the static key affects both or neither.
disposition| */
disposition|static __always_inline void kvm_exit_stats_attempt(struct kvm_vcpu *vcpu)
disposition|{
disposition|	if (static_branch_likely(&kes_count_key))
disposition|		kes_inc(&vcpu->exit_stats.attempts);
disposition|}
disposition|
disposition|/* Called when a fastpath handled the exit and the guest is re-entered. */
disposition|static __always_inline void kvm_exit_stats_fastpath(struct kvm_vcpu *vcpu)
disposition|{
disposition|	if (static_branch_likely(&kes_count_key))
disposition|		kes_count_fastpath(&vcpu->exit_stats);
disposition|}
nested   |
nested   |/* Called when L1 receives a VM exit. @code: without flags, as L1 sees it */
nested   |static inline void kvm_exit_stats_nested(struct kvm_vcpu *vcpu, u32 code)
nested   |{
nested   |	if (static_branch_unlikely(&kes_count_key))
nested   |		kes_count_received(&vcpu->exit_stats, code);
nested   |}
disposition|
disposition|/* @slot: what the time until the next attempt is charged to */
disposition|static inline void kes_no_exit(struct kvm_vcpu *vcpu, u64 *n, unsigned int slot)
disposition|{
disposition|	kes_inc(n);
disposition|	kes_forget_last(&vcpu->exit_stats);
time     |	if (static_branch_unlikely(&kes_time_key))
time     |		kes_time_exit_guest(vcpu->exit_stats.vcpu, slot);
disposition|}
disposition|
disposition|/* Called when VMLAUNCH or VMRESUME failed as an instruction: no exit. */
disposition|static __always_inline void kvm_exit_stats_entry_failed(struct kvm_vcpu *vcpu)
disposition|{
disposition|	if (static_branch_unlikely(&kes_count_key))
disposition|		kes_no_exit(vcpu, &vcpu->exit_stats.vcpu->entries.failed,
disposition|			    KES_SLOT_ENTRY_FAILED);
disposition|}
disposition|
disposition|/* Called when KVM emulates the guest instead of entering it: no exit. */
disposition|static __always_inline void kvm_exit_stats_entry_emulated(struct kvm_vcpu *vcpu)
disposition|{
disposition|	if (!static_branch_unlikely(&kes_count_key))
disposition|		return;
disposition|	kes_inc(&vcpu->exit_stats.attempts);
disposition|	kes_no_exit(vcpu, &vcpu->exit_stats.vcpu->entries.emulated,
disposition|		    KES_SLOT_EMULATED);
disposition|}
time     |
time     |/* Called when KVM_RUN begins. */
time     |static inline void kvm_exit_stats_run(struct kvm_vcpu *vcpu)
time     |{
time     |	if (static_branch_unlikely(&kes_time_key))
time     |		kes_time_set(vcpu->exit_stats.vcpu, KES_STATE_HANDLER);
time     |}
time     |
time     |/*
time     | * Called instead of kvm_vcpu_halt() and kvm_vcpu_block(): the vCPU is halted, or
time     | * waits for INIT or SIPI.
time     | */
time     |void kvm_exit_stats_halt(struct kvm_vcpu *vcpu);
time     |void kvm_exit_stats_block(struct kvm_vcpu *vcpu);
disposition|
disposition|/*
disposition| * Called instead of vcpu_put() when KVM_RUN returns to user space, because with
disposition| * more code there, gcc would not inline the run loop any more. @r: the return
disposition| * value of KVM_RUN, or the value <= 0 that ended the run loop
disposition| */
disposition|void kvm_exit_stats_put(struct kvm_vcpu *vcpu, int r);
time     |
time     |/*
time     | * Called when the thread is scheduled out, or puts the vCPU. KVM does not set
time     | * vcpu->preempted if user space asked KVM_RUN to return immediately.
time     | */
time     |static inline void kvm_exit_stats_sched_out(struct kvm_vcpu *vcpu)
time     |{
time     |	if (static_branch_unlikely(&kes_time_key) && vcpu->exit_stats.vcpu)
time     |		kes_time_sched_out(vcpu->exit_stats.vcpu, vcpu->preempted ||
time     |				   task_is_running(current));
time     |}
time     |
time     |static inline void kvm_exit_stats_sched_in(struct kvm_vcpu *vcpu)
time     |{
time     |	if (static_branch_unlikely(&kes_time_key) && vcpu->exit_stats.vcpu)
time     |		kes_time_sched_in(vcpu->exit_stats.vcpu);
time     |}
count    |
count    |static inline void __init kvm_exit_stats_init(void)
count    |{
count    |	static const struct kes_feed hooks = {
snapshot |		.source = KES_SOURCE_PATCHED,
disposition-nested|		.fields = KES_FIELD_FASTPATH | KES_FIELD_USERSPACE |
nested   |		.fields = KES_FIELD_CONTEXT | KES_FIELD_REFLECTED |
nested   |			  KES_FIELD_FASTPATH | KES_FIELD_USERSPACE |
disposition-nested|			  KES_FIELD_ACCOUNTING,
nested   |			  KES_FIELD_ACCOUNTING | KES_FIELD_NESTED |
nested   |			  KES_FIELD_MODIFIERS,
count    |	};
count    |
count    |	/* Ignore errors: KVM works without the statistics. */
count    |	kes_init(&hooks);
count    |}
count    |
count    |static inline void kvm_exit_stats_exit(void)
count    |{
count    |	kes_exit();
count    |	kes_stats_fd_exit();
count    |}
count    |
count    |#else /* !CONFIG_KVM_EXIT_STATS */
count    |
count    |static inline int kvm_exit_stats_create_vm(struct kvm *kvm)
count    |{
count    |	return 0;
count    |}
count    |
count    |static inline int kvm_exit_stats_create_vcpu(struct kvm_vcpu *vcpu)
count    |{
count    |	return 0;
count    |}
nested   |
nested   |static inline int kvm_exit_stats_enable_l2(struct kvm_vcpu *vcpu)
nested   |{
nested   |	return 0;
nested   |}
count    |
count    |static inline void kvm_exit_stats_destroy_vm(struct kvm *kvm) {}
count    |static inline void kvm_exit_stats_list_vcpu(struct kvm_vcpu *vcpu) {}
count    |static inline void kvm_exit_stats_destroy_vcpu(struct kvm_vcpu *vcpu) {}
nested   |static inline void kvm_exit_stats_enter_l2(struct kvm_vcpu *vcpu) {}
nested   |static inline void kvm_exit_stats_leave_l2(struct kvm_vcpu *vcpu) {}
time     |static inline void kvm_exit_stats_enter(struct kvm_vcpu *vcpu) {}
disposition|static inline void kvm_exit_stats_attempt(struct kvm_vcpu *vcpu) {}
disposition|static inline void kvm_exit_stats_fastpath(struct kvm_vcpu *vcpu) {}
nested   |static inline void kvm_exit_stats_nested(struct kvm_vcpu *vcpu, u32 code) {}
disposition|static inline void kvm_exit_stats_entry_failed(struct kvm_vcpu *vcpu) {}
disposition|static inline void kvm_exit_stats_entry_emulated(struct kvm_vcpu *vcpu) {}
time     |static inline void kvm_exit_stats_run(struct kvm_vcpu *vcpu) {}
time     |static inline void kvm_exit_stats_sched_out(struct kvm_vcpu *vcpu) {}
time     |static inline void kvm_exit_stats_sched_in(struct kvm_vcpu *vcpu) {}
disposition|
disposition|static inline void kvm_exit_stats_put(struct kvm_vcpu *vcpu, int r)
disposition|{
disposition|	vcpu_put(vcpu);
disposition|}
disposition|
time     |static inline void kvm_exit_stats_halt(struct kvm_vcpu *vcpu)
time     |{
time     |	kvm_vcpu_halt(vcpu);
time     |}
time     |
time     |static inline void kvm_exit_stats_block(struct kvm_vcpu *vcpu)
time     |{
time     |	kvm_vcpu_block(vcpu);
time     |}
time     |
count    |static inline void kvm_exit_stats_init(void) {}
count    |static inline void kvm_exit_stats_exit(void) {}
count    |
count    |#endif /* CONFIG_KVM_EXIT_STATS */
count    |#endif /* KES_KVM_HOOKS_H */

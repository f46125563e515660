count    |/* SPDX-License-Identifier: GPL-2.0-only */
count    |/*
count    | * KVM exit statistics: the data that every VM exit touches. It is embedded in
count    | * struct kvm_vcpu, so that counting follows a single pointer.
count    | */
count    |#ifndef _ASM_X86_KVM_EXIT_STATS_H
count    |#define _ASM_X86_KVM_EXIT_STATS_H
count    |
count    |#include <linux/types.h>
count    |
count    |#include <uapi/asm/kvm_exit_stats.h>
count    |
count    |struct kes_vcpu;
count    |
count    |/**
count    | * struct kes_hot - the part of a vCPU's statistics that its exits write to
count    | *
count    | * Only the vCPU's own thread uses it, except @attempts, which others read.
count    | *
count    | * @exits: the counters by slot of the current context, L1 or L2
disposition| * @attempts: attempts to enter the guest
nested   | * @pending: the counter of an exit of the other context whose disposition is
nested   | *	not known yet; NULL if there is none
disposition| * @last: the slot in @exits of the last exit while its disposition is not known
disposition| *	yet; KES_NO_SLOT otherwise
count    | * @vcpu: all other counters; outlives KVM's vCPU
count    | */
count    |struct kes_hot {
count    |	u64 *exits;
disposition|	u64 attempts;
nested   |	u64 *pending;
disposition|	u32 last;
count    |	struct kes_vcpu *vcpu;
count    |};
count    |
count    |#endif /* _ASM_X86_KVM_EXIT_STATS_H */

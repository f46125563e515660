/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the data that every VM exit touches. It is embedded in
 * struct kvm_vcpu, so that counting follows a single pointer.
 */
#ifndef _ASM_X86_KVM_EXIT_STATS_H
#define _ASM_X86_KVM_EXIT_STATS_H

#include <linux/types.h>

#include <uapi/asm/kvm_exit_stats.h>

struct kes_vcpu;

/**
 * struct kes_hot - the part of a vCPU's statistics that its exits write to
 *
 * Only the vCPU's own thread uses it, except @attempts, which others read.
 *
 * @exits: the counters by slot of the current context, L1 or L2
 * @attempts: attempts to enter the guest
 * @pending: the counter of an exit of the other context whose disposition is
 *	not known yet; NULL if there is none
 * @last: the slot in @exits of the last exit while its disposition is not known
 *	yet; KES_NO_SLOT otherwise
 * @vcpu: all other counters; outlives KVM's vCPU
 */
struct kes_hot {
	u64 *exits;
	u64 attempts;
	u64 *pending;
	u32 last;
	struct kes_vcpu *vcpu;
};

#endif /* _ASM_X86_KVM_EXIT_STATS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: what every VM exit touches. In struct kvm_vcpu, so that
 * counting follows no pointer but the one to the counters.
 */
#ifndef _ASM_X86_KVM_EXIT_STATS_H
#define _ASM_X86_KVM_EXIT_STATS_H

#include <linux/types.h>

#include <uapi/asm/kvm_exit_stats.h>

struct kes_vcpu;

/**
 * struct kes_hot - the part of a vCPU's statistics that its exits write to
 *
 * Only the vCPU's own thread uses it, but for @attempts, which others read.
 *
 * @exits: the counters by slot of the context that runs, L1's or L2's
 * @attempts: to enter the guest
 * @pending: an exit of the other context of which it is not known yet what
 *	became of it, as its place in the counters; NULL if there is none
 * @last: the slot of the last exit in @exits, as long as that is so of this
 *	one; KES_NO_SLOT if not
 * @vcpu: all the rest, which outlives KVM's vCPU
 */
struct kes_hot {
	u64 *exits;
	u64 attempts;
	u64 *pending;
	u32 last;
	struct kes_vcpu *vcpu;
};

#endif /* _ASM_X86_KVM_EXIT_STATS_H */

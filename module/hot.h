/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the data that every VM exit touches, and what the engine
 * needs to find it. It is embedded in struct kvm_vcpu, so that counting follows
 * a single pointer, and a vCPU needs no memory while counting is off.
 */
#ifndef _ASM_X86_KVM_EXIT_STATS_H
#define _ASM_X86_KVM_EXIT_STATS_H

#include <linux/types.h>

#include <uapi/asm/kvm_exit_stats.h>

struct kes_vcpu;
struct kes_vm;

/**
 * struct kes_hot - the part of a vCPU's statistics that its exits write to
 *
 * Only the vCPU's own thread writes to the members up to @in_l2, except that
 * the first counters are installed by any thread, see kes_install().
 *
 * @exits: the counters by slot of the current context, L1 or L2; NULL before
 *	counting was on for the first time
 * @attempts: attempts to enter the guest
 * @pending: the counter of an exit of the other context whose disposition is
 *	not known yet; NULL if there is none
 * @last: the slot in @exits of the last exit while its disposition is not known
 *	yet; KES_NO_SLOT otherwise
 * @vcpu: all other counters; NULL like @exits
 * @in_l2: the current context is L2
 * @can_l2: the vCPU enabled VMX or SVM; lock of @vm
 * @listed: KVM has accepted the vCPU; lock of @vm
 * @id: as passed to KVM_CREATE_VCPU
 * @vm: the VM of this vCPU; a reference
 * @node: node in the list of @vm, in the order of creation; lock of @vm
 */
struct kes_hot {
	u64 *exits;
	u64 attempts;
	u64 *pending;
	u32 last;
	struct kes_vcpu *vcpu;
	bool in_l2;
	bool can_l2;
	bool listed;
	u32 id;
	struct kes_vm *vm;
	struct list_head node;
};

#endif /* _ASM_X86_KVM_EXIT_STATS_H */

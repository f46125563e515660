count    |/* SPDX-License-Identifier: GPL-2.0-only */
count    |/*
count    | * KVM exit statistics: the data that every VM exit touches, and what the engine
count    | * needs to find it. It is embedded in struct kvm_vcpu, so that counting follows
count    | * a single pointer, and a vCPU needs no memory while counting is off.
count    | */
count    |#ifndef _ASM_X86_KVM_EXIT_STATS_H
count    |#define _ASM_X86_KVM_EXIT_STATS_H
count    |
count    |#include <linux/types.h>
count    |
count    |#include <uapi/asm/kvm_exit_stats.h>
count    |
count    |struct kes_vcpu;
count    |struct kes_vm;
count    |
count    |/**
count    | * struct kes_hot - the part of a vCPU's statistics that its exits write to
count    | *
count    | * Only the vCPU's own thread writes to the members up to @in_l2, except that
count    | * the first counters are installed by any thread, see kes_install().
count    | *
count    | * @exits: the counters by slot of the current context, L1 or L2; NULL before
count    | *	counting was on for the first time
disposition| * @attempts: attempts to enter the guest
nested   | * @pending: the counter of an exit of the other context whose disposition is
nested   | *	not known yet; NULL if there is none
disposition| * @last: the slot in @exits of the last exit while its disposition is not known
disposition| *	yet; KES_NO_SLOT otherwise
count    | * @vcpu: all other counters; NULL like @exits
nested   | * @in_l2: the current context is L2
nested   | * @can_l2: the vCPU enabled VMX or SVM; lock of @vm
count    | * @listed: KVM has accepted the vCPU; lock of @vm
count    | * @id: as passed to KVM_CREATE_VCPU
count    | * @vm: the VM of this vCPU; a reference
count    | * @node: node in the list of @vm, in the order of creation; lock of @vm
count    | */
count    |struct kes_hot {
count    |	u64 *exits;
disposition|	u64 attempts;
nested   |	u64 *pending;
disposition|	u32 last;
count    |	struct kes_vcpu *vcpu;
nested   |	bool in_l2;
nested   |	bool can_l2;
count    |	bool listed;
count    |	u32 id;
count    |	struct kes_vm *vm;
count    |	struct list_head node;
count    |};
count    |
count    |#endif /* _ASM_X86_KVM_EXIT_STATS_H */

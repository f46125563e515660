/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PVM: a KVM for machines without VMX and SVM. Its exit codes are not
 * consecutive, so each vCPU has a table of the codes that it has seen.
 *
 * PVM may have KVM's tracepoints for exit and entry without using them. In that
 * case, only the number of exits and the code of the last one are available
 * when KVM_RUN returns. The exits before the last one, which KVM handled
 * itself, are counted without a code.
 */
#ifndef PVM_BPF_H
#define PVM_BPF_H

#include "seats.bpf.h"

/* Return the slot of a code. Only the vCPU's own thread writes to the table. */
static __noinline u32 pvm_slot(struct eb_vcpu *v, u32 code)
{
	if (!v)
		return KES_SLOT_UNKNOWN;
	for (u32 i = 0; i < EB_NR_PVM_CODES; i++) {
		if (!v->pvm_codes[i])
			v->pvm_codes[i] = code + 1;
		if (v->pvm_codes[i] == code + 1)
			return i;
	}
	return KES_SLOT_UNKNOWN;
}

/* KVM_RUN returns: count the exits since the last return, from KVM's own count. */
static __noinline void count_silent(struct eb_vcpu *v)
{
	struct vcpu_pvm *pvm;
	u64 exits, n;
	u32 slot;

	if (!v || v->saw_exit)
		return;
	pvm = (void *)v->vcpu;
	exits = BPF_CORE_READ(pvm, vcpu.stat.exits);
	n = exits - v->exits_silent;
	v->exits_silent = exits;
	v->isa = KES_ISA_PVM;
	if (!n)
		return;
	slot = pvm_slot(v, BPF_CORE_READ(pvm, exit_reason));
	if (slot >= KES_NR_SLOTS)
		return;
	v->exits[EB_L1][slot]++;
	v->exits[EB_L1][KES_SLOT_UNKNOWN] += n - 1;
	v->last = slot;
}

#endif

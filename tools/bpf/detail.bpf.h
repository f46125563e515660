/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exits by MSR, port, leaf, register, vector or page: the tables of
 * module/detail.h, for the reasons whose values are available for every exit.
 * An exit whose event is missing is counted in "other" for its reason, so that
 * sums stay exact.
 */
#ifndef DETAIL_BPF_H
#define DETAIL_BPF_H

#include "seats.bpf.h"

#define PAGE_SHIFT		12
#define GOLDEN_RATIO_64		0x61c8864680b583ebULL

static __always_inline void count_other(struct eb_detail *d, u32 slot, u64 n)
{
	if (slot < KES_NR_SLOTS)
		d->other[slot] += n;
}

/* Find the pair for @key, or the least used one; @size: power of two */
static __always_inline u32 find_pair(struct eb_pair *pairs, u32 size, u32 place,
				     u64 key)
{
	u32 least_used = place & (size - 1);
	u64 least_count = ~0ULL;

	for (u32 i = 0; i < EB_STEPS; i++) {
		u32 n = (place + i) & (size - 1);
		u64 count;

		if (pairs[n].key == key || !pairs[n].key)
			return n;
		count = pairs[n].count;
		if (count < least_count) {
			least_count = count;
			least_used = n;
		}
	}
	return least_used;
}

static __always_inline void count_pair(struct eb_detail *d,
				       struct eb_pair *pairs, u32 bits, u64 key)
{
	u32 n = find_pair(pairs, 1U << bits, key * GOLDEN_RATIO_64 >> (64 - bits),
			  key);
	struct eb_pair *pair = &pairs[n & ((1U << bits) - 1)];

	if (pair->key != key) {
		if (pair->key)
			count_other(d, (u32)(pair->key >> 56) - 1, pair->count);
		pair->count = 0;
		pair->key = key;
	}
	pair->count++;
}

static __always_inline u64 key_of(u32 slot, u64 value)
{
	return (u64)(slot + 1) << 56 | (value & EB_VALUE_MASK);
}

static __noinline void count_value(struct eb_detail *d, u32 slot, u64 value)
{
	if (d)
		count_pair(d, d->values, EB_VALUE_BITS, key_of(slot, value));
}

static __noinline void count_page(struct eb_detail *d, u32 slot, u64 address)
{
	if (d)
		count_pair(d, d->pages, EB_PAGE_BITS,
			   key_of(slot, address >> PAGE_SHIFT));
}

static __always_inline u64 reg_of(struct kvm_vcpu *vcpu, u32 reg)
{
	return reg == REGS_RCX ? BPF_CORE_READ(vcpu, arch.regs[REGS_RCX]) :
				 BPF_CORE_READ(vcpu, arch.regs[REGS_RAX]);
}

/* As kes_detail_svm() in module/detail_svm.h. */
static __always_inline void detail_svm(struct eb_detail *d,
				       struct kvm_vcpu *vcpu, u32 slot)
{
	struct vcpu_svm *svm = (void *)vcpu;
	u64 info1 = BPF_CORE_READ(svm, vmcb, control.exit_info_1);

	switch (slot) {
	case KES_SVM_IOIO:
		count_value(d, slot, (info1 >> 16 & 0xffff) |
				     (info1 & 1 ? KES_DETAIL_READ : 0));
		break;
	case KES_SVM_MSR:
		count_value(d, slot, (u32)reg_of(vcpu, REGS_RCX) |
				     (info1 ? 0 : KES_DETAIL_READ));
		break;
	case KES_SVM_CPUID:
		count_value(d, slot, (u32)reg_of(vcpu, REGS_RAX));
		break;
	case KES_SVM_VMMCALL:
		count_value(d, slot, reg_of(vcpu, REGS_RAX));
		break;
	case KES_SVM_NPF:
		count_page(d, slot, BPF_CORE_READ(svm, vmcb,
						  control.exit_info_2));
		break;
	}
}

/* Basic exit reasons, SDM 3D appendix C. */
enum {
	VMX_EXCEPTION_NMI = 0,
	VMX_EXTERNAL_INTERRUPT = 1,
	VMX_CPUID = 10,
	VMX_VMCALL = 18,
	VMX_CR_ACCESS = 28,
	VMX_IO_INSTRUCTION = 30,
	VMX_MSR_READ = 31,
	VMX_MSR_WRITE = 32,
	VMX_APIC_ACCESS = 44,
	VMX_EOI_INDUCED = 45,
	VMX_EPT_VIOLATION = 48,
	VMX_APIC_WRITE = 56,
};

/*
 * As kes_detail_vmx() in module/detail_vmx.h. Values that are only in the VMCS
 * come from a later event of the same exit: the record of kvm_exit, or
 * kvm_page_fault.
 */
static __always_inline void detail_vmx(struct eb_vcpu *v, struct eb_detail *d,
				       struct kvm_vcpu *vcpu, u32 slot)
{
	switch (slot) {
	case VMX_MSR_READ:
		count_value(d, slot, (u32)reg_of(vcpu, REGS_RCX) |
				     KES_DETAIL_READ);
		break;
	case VMX_MSR_WRITE:
		count_value(d, slot, (u32)reg_of(vcpu, REGS_RCX));
		break;
	case VMX_CPUID:
		count_value(d, slot, (u32)reg_of(vcpu, REGS_RAX));
		break;
	case VMX_VMCALL:
		count_value(d, slot, reg_of(vcpu, REGS_RAX));
		break;
	case VMX_IO_INSTRUCTION:
	case VMX_EXCEPTION_NMI:
	case VMX_EXTERNAL_INTERRUPT:
	case VMX_CR_ACCESS:
	case VMX_APIC_ACCESS:
	case VMX_APIC_WRITE:
	case VMX_EOI_INDUCED:
	case VMX_EPT_VIOLATION:
		v->waiting = slot + 1;
		break;
	}
}

/* Count an exit whose event is missing, before the next one is counted. */
static __always_inline void detail_missed(struct eb_vcpu *v,
					  struct eb_detail *d)
{
	if (v->waiting)
		count_other(d, v->waiting - 1, 1);
	v->waiting = 0;
}

static __always_inline void detail(const struct seat *s, struct kvm_vcpu *vcpu,
				   u32 slot)
{
	struct eb_detail *d = bpf_map_lookup_elem(&details, &s->place);

	if (!d)
		return;
	detail_missed(s->v, d);
	if (bpf_core_type_exists(struct vcpu_svm) && s->v->isa == KES_ISA_SVM)
		detail_svm(d, vcpu, slot);
	else if (s->v->isa == KES_ISA_VMX)
		detail_vmx(s->v, d, vcpu, slot);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exits by MSR, port, leaf, register, vector or page: the tables of pairs.h, for
 * the reasons whose values are available for every exit. An exit whose value is
 * not found is counted in "other" for its reason, so that sums stay exact.
 *
 * VMX: a program cannot read the VMCS. But KVM does while it handles the exit, and
 * keeps the values until the next VM entry, where they are read. This does not
 * depend on the order in which programs were attached, as reading the record of
 * kvm_exit would.
 */
#ifndef DETAIL_BPF_H
#define DETAIL_BPF_H

#include "pairs.h"
#include "seats.bpf.h"

#define PAGE_SHIFT		12

/* SVM: contiguous in the VMCB, APM 2 appendix B */
struct svm_exit {
	u32 code;
	u32 code_hi;
	u64 info1;
	u64 info2;
};

/* An exit */
struct seen {
	u32 isa;
	u32 context;
	u32 code;
	u32 slot;
	u64 svm_exit;		/* SVM: address of struct svm_exit */
};

static __noinline void count_value(struct eb_vcpu *v, u32 slot, u64 value)
{
	struct eb_detail *d = v ? bpf_map_lookup_elem(&details, &v->place) : NULL;

	if (d)
		count_pair(d, d->values, EB_VALUE_BITS, pair_key(slot, value));
}

static __noinline void count_page(struct eb_vcpu *v, u32 slot, u64 address)
{
	struct eb_detail *d = v ? bpf_map_lookup_elem(&details, &v->place) : NULL;

	if (d)
		count_pair(d, d->pages, EB_PAGE_BITS,
			   pair_key(slot, address >> PAGE_SHIFT));
}

static __noinline void count_in_other(struct eb_vcpu *v, u64 slot)
{
	struct eb_detail *d = v ? bpf_map_lookup_elem(&details, &v->place) : NULL;

	if (d)
		count_other(d, slot, 1);
}

/* As kes_detail_svm() in module/detail_svm.h. */
static __always_inline void detail_svm(struct eb_vcpu *v, struct kvm_vcpu *vcpu,
				       const struct seen *e)
{
	const u64 info1 = load(e->svm_exit + offsetof(struct svm_exit, info1));

	switch (e->slot) {
	case KES_SVM_IOIO:
		count_value(v, e->slot, (info1 >> 16 & 0xffff) |
					(info1 & 1 ? KES_DETAIL_READ : 0));
		break;
	case KES_SVM_MSR:
		count_value(v, e->slot, (u32)vcpu->arch.regs[REGS_RCX] |
					(info1 ? 0 : KES_DETAIL_READ));
		break;
	case KES_SVM_CPUID:
		count_value(v, e->slot, (u32)vcpu->arch.regs[REGS_RAX]);
		break;
	case KES_SVM_VMMCALL:
		count_value(v, e->slot, vcpu->arch.regs[REGS_RAX]);
		break;
	case KES_SVM_NPF:
		count_page(v, e->slot, load(e->svm_exit +
					    offsetof(struct svm_exit, info2)));
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
 * come from a later event of the same exit. KVM does not have a TDX guest's
 * registers.
 */
static __always_inline void detail_vmx(struct eb_vcpu *v, struct kvm_vcpu *vcpu,
				       u32 slot)
{
	u64 value;

	switch (slot) {
	case VMX_MSR_READ:
		value = (u32)vcpu->arch.regs[REGS_RCX] | KES_DETAIL_READ;
		break;
	case VMX_MSR_WRITE:
		value = (u32)vcpu->arch.regs[REGS_RCX];
		break;
	case VMX_CPUID:
		value = (u32)vcpu->arch.regs[REGS_RAX];
		break;
	case VMX_VMCALL:
		value = vcpu->arch.regs[REGS_RAX];
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
		return;
	default:
		return;
	}
	if (v->is_td)
		count_in_other(v, slot);
	else
		count_value(v, slot, value);
}

/*
 * What KVM has read from the VMCS since the exit: bits by enum kvm_reg. If a
 * kernel has this in another form, all: the handlers read what is used here.
 */
static __always_inline u32 regs_kept(struct kvm_vcpu *vcpu)
{
	return bpf_core_field_exists(vcpu->arch.regs_avail) ?
	       vcpu->arch.regs_avail : ~0U;
}

/* The same, for an address */
static __always_inline u32 regs_kept_at(struct kvm_vcpu *vcpu)
{
	return bpf_core_field_exists(vcpu->arch.regs_avail) ?
	       BPF_CORE_READ(vcpu, arch.regs_avail) : ~0U;
}

#define is_kept(_kept, _reg)						\
	(!bpf_core_enum_value_exists(enum kvm_reg, _reg) ||		\
	 (_kept) >> (bpf_core_enum_value(enum kvm_reg, _reg) & 31) & 1)

static __always_inline u64 qualification_of(u64 vcpu)
{
	return load(vcpu +
		(bpf_core_field_exists(struct vcpu_vmx, exit_qualification) ?
		 bpf_core_field_offset(struct vcpu_vmx, exit_qualification) :
		 bpf_core_field_offset(struct vcpu_vmx___vt,
				       vt.exit_qualification)));
}

static __always_inline u32 vector_of(u64 vcpu)
{
	return load(vcpu +
		(bpf_core_field_exists(struct vcpu_vmx, exit_intr_info) ?
		 bpf_core_field_offset(struct vcpu_vmx, exit_intr_info) :
		 bpf_core_field_offset(struct vcpu_vmx___vt,
				       vt.exit_intr_info))) & 0xff;
}

/* The value of an exit with this qualification */
static __always_inline u64 value_in(u32 slot, u64 qualification)
{
	switch (slot) {
	case VMX_IO_INSTRUCTION:
		return (qualification >> 16 & 0xffff) |
		       (qualification & 8 ? KES_DETAIL_READ : 0);
	case VMX_CR_ACCESS:
		return qualification & 0x3f;
	case VMX_EOI_INDUCED:
		return qualification & 0xff;
	default:
		return qualification & 0xfff;	/* APIC_ACCESS, APIC_WRITE */
	}
}

static __always_inline bool has_vector(u32 slot)
{
	return slot == VMX_EXCEPTION_NMI || slot == VMX_EXTERNAL_INTERRUPT;
}

/* The last exit's value is not known yet. */
static __always_inline bool detail_waits(const struct eb_vcpu *v)
{
	return with_detail && bpf_core_type_exists(struct vcpu_vmx) &&
	       v->waiting;
}

/* The exit has been handled, and L1 or user space comes next. */
static __noinline void detail_kept(struct eb_vcpu *v, u32 kept)
{
	u32 slot;

	if (!v || !v->waiting)
		return;
	slot = v->waiting - 1;
	v->waiting = 0;
	if (has_vector(slot) && is_kept(kept, VCPU_EXREG_EXIT_INFO_2))
		count_value(v, slot, vector_of(v->vcpu));
	else if (!has_vector(slot) && slot != VMX_EPT_VIOLATION &&
		 is_kept(kept, VCPU_EXREG_EXIT_INFO_1))
		count_value(v, slot, value_in(slot, qualification_of(v->vcpu)));
	else
		count_in_other(v, slot);
}

/*
 * L1 receives an exit with this code. KVM has read the vector of L2's exit in
 * any case, but its qualification only if L1 receives L2's exit.
 */
static __noinline void detail_injected(struct eb_vcpu *v, u32 code,
				       u64 qualification)
{
	u32 slot;

	if (!v || !v->waiting)
		return;
	slot = v->waiting - 1;
	v->waiting = 0;
	if (has_vector(slot))
		count_value(v, slot, vector_of(v->vcpu));
	else if (slot == code && slot != VMX_EPT_VIOLATION)
		count_value(v, slot, value_in(slot, qualification));
	else
		count_in_other(v, slot);
}

static __always_inline void detail(struct eb_vcpu *v, struct kvm_vcpu *vcpu,
				   const struct seen *e)
{
	if (v->waiting)		/* no event followed */
		count_in_other(v, v->waiting - 1);
	v->waiting = 0;
	if (bpf_core_type_exists(struct vcpu_svm) && e->isa == KES_ISA_SVM)
		detail_svm(v, vcpu, e);
	else if (e->isa == KES_ISA_VMX)
		detail_vmx(v, vcpu, e->slot);
}

#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the slow path of counting, see count.h.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kvm.h>
#include <linux/minmax.h>

#include <uapi/asm/vmx.h>

#include "count.h"

void kes_count_unknown(struct kes_hot *hot, u32 code)
{
	WRITE_ONCE(hot->vcpu->unknown_last, code);
	kes_count_slot(hot, KES_SLOT_UNKNOWN);
}
EXPORT_SYMBOL_GPL(kes_count_unknown);

/* Bits of the VMCS exit-reason field, SDM volume 3, 26.9.1 */
#define KES_VMX_BUS_LOCK	BIT(26)
#define KES_VMX_ENCLAVE		BIT(27)

void kes_count_vmx_slow(struct kes_hot *hot, u32 reason)
{
	struct kes_entries *entries = &hot->vcpu->entries;
	u32 code = reason & 0xffff;

	if (reason & KES_VMX_BUS_LOCK && code != EXIT_REASON_BUS_LOCK)
		kes_inc(&entries->bus_lock);
	if (reason & KES_VMX_ENCLAVE)
		kes_inc(&entries->enclave);
	if (code < KES_VMX_NEAR)
		kes_count_slot(hot, code);
	else
		kes_count_unknown(hot, code);
}
EXPORT_SYMBOL_GPL(kes_count_vmx_slow);

/*
 * Only L2 has a column for reflected exits. If counting was off while L2
 * exited, the last counted exit may be an earlier one from L1.
 */
void kes_count_received(struct kes_hot *hot, u32 code)
{
	u64 (*l2)[KES_NR_SLOTS] = hot->vcpu->l2;
	u64 *last = kes_last_exit(hot);

	if (!l2)
		return;
	kes_inc(&l2[KES_RECEIVED][kes_slot(kes.isa, code)]);
	if (last >= l2[KES_EXITS] && last < l2[KES_EXITS] + KES_NR_SLOTS)
		kes_count_disposition(hot, KES_REFLECTED);
	kes_count_event(hot->vcpu);
}
EXPORT_SYMBOL_GPL(kes_count_received);

/* Not in the headers of older kernels. */
#define KES_EXIT_MEMORY_FAULT	39

/* Return the counter for a return with an error, @r < 0. */
static unsigned int kes_error_return(u32 reason, int r)
{
	if (r == -EINTR)
		return KVM_EXIT_INTR;
	if (reason == KES_EXIT_MEMORY_FAULT &&
	    (r == -EFAULT || r == -EHWPOISON))
		return KES_EXIT_MEMORY_FAULT;
	switch (r) {
	case -EAGAIN:
		return KES_RETURN_EAGAIN;
	case -EFAULT:
		return KES_RETURN_EFAULT;
	case -EHWPOISON:
		return KES_RETURN_EHWPOISON;
	default:
		return KES_RETURN_ERROR;
	}
}

/*
 * KVM_RUN sets run->exit_reason unless it fails; KVM_EXIT_MEMORY_FAULT is the
 * exception. User space can write to run->exit_reason at any time.
 */
void kes_count_userspace(struct kes_hot *hot, u32 reason, int r)
{
	unsigned long i = min_t(u32, reason, KES_NR_KVM_EXITS - 1);

	if (unlikely(r < 0))
		i = kes_error_return(reason, r);
	kes_count_return(hot, i);
}

DEFINE_STATIC_KEY_FALSE(kes_count_key);
EXPORT_SYMBOL_GPL(kes_count_key);

DEFINE_STATIC_KEY_FALSE(kes_more_key);
EXPORT_SYMBOL_GPL(kes_more_key);

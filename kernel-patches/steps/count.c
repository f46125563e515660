count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count    | * KVM exit statistics: the slow path of counting, see count.h.
count    | */
count    |#include <linux/bits.h>
count    |#include <linux/errno.h>
count    |#include <linux/export.h>
count    |#include <linux/kvm.h>
count    |#include <linux/minmax.h>
count    |
count    |#include <uapi/asm/vmx.h>
count    |
count    |#include "count.h"
count    |
count    |void kes_count_unknown(struct kes_hot *hot, u32 code)
count    |{
count    |	WRITE_ONCE(hot->vcpu->unknown_last, code);
count    |	kes_count_slot(hot, KES_SLOT_UNKNOWN);
count    |}
count    |EXPORT_SYMBOL_GPL(kes_count_unknown);
count    |
count    |/* Bits of the VMCS exit-reason field, SDM volume 3, 26.9.1 */
count    |#define KES_VMX_BUS_LOCK	BIT(26)
count    |#define KES_VMX_ENCLAVE		BIT(27)
count    |
count    |void kes_count_vmx_slow(struct kes_hot *hot, u32 reason)
count    |{
disposition|	struct kes_entries *entries = &hot->vcpu->entries;
count    |	u32 code = reason & 0xffff;
count    |
disposition|	if (reason & KES_VMX_BUS_LOCK && code != EXIT_REASON_BUS_LOCK)
disposition|		kes_inc(&entries->bus_lock);
disposition|	if (reason & KES_VMX_ENCLAVE)
disposition|		kes_inc(&entries->enclave);
count    |	if (code < KES_VMX_NEAR)
count    |		kes_count_slot(hot, code);
count    |	else
count    |		kes_count_unknown(hot, code);
count    |}
count    |EXPORT_SYMBOL_GPL(kes_count_vmx_slow);
count    |
nested   |/*
nested   | * Only L2 has a column for reflected exits. If counting was off while L2
nested   | * exited, the last counted exit may be an earlier one from L1.
nested   | */
nested   |void kes_count_received(struct kes_hot *hot, u32 code)
nested   |{
nested   |	u64 (*l2)[KES_NR_SLOTS] = hot->vcpu->l2;
nested   |	u64 *last = kes_last_exit(hot);
nested   |
nested   |	if (!l2)
nested   |		return;
nested   |	kes_inc(&l2[KES_RECEIVED][kes_slot(kes.isa, code)]);
nested   |	if (last >= l2[KES_EXITS] && last < l2[KES_EXITS] + KES_NR_SLOTS)
nested   |		kes_count_disposition(hot, KES_REFLECTED);
changes  |	kes_count_event(hot->vcpu);
nested   |}
nested   |EXPORT_SYMBOL_GPL(kes_count_received);
count    |
count    |/* Not in the headers of older kernels. */
count    |#define KES_EXIT_MEMORY_FAULT	39
count    |
disposition|/* Return the counter for a return with an error, @r < 0. */
disposition|static unsigned int kes_error_return(u32 reason, int r)
disposition|{
disposition|	if (r == -EINTR)
disposition|		return KVM_EXIT_INTR;
disposition|	if (reason == KES_EXIT_MEMORY_FAULT &&
disposition|	    (r == -EFAULT || r == -EHWPOISON))
disposition|		return KES_EXIT_MEMORY_FAULT;
disposition|	switch (r) {
disposition|	case -EAGAIN:
disposition|		return KES_RETURN_EAGAIN;
disposition|	case -EFAULT:
disposition|		return KES_RETURN_EFAULT;
disposition|	case -EHWPOISON:
disposition|		return KES_RETURN_EHWPOISON;
disposition|	default:
disposition|		return KES_RETURN_ERROR;
disposition|	}
disposition|}
count    |
disposition|/*
disposition| * KVM_RUN sets run->exit_reason unless it fails; KVM_EXIT_MEMORY_FAULT is the
disposition| * exception. User space can write to run->exit_reason at any time.
disposition| */
disposition|void kes_count_userspace(struct kes_hot *hot, u32 reason, int r)
disposition|{
disposition|	unsigned long i = min_t(u32, reason, KES_NR_KVM_EXITS - 1);
disposition|
disposition|	if (unlikely(r < 0))
disposition|		i = kes_error_return(reason, r);
disposition|	kes_count_return(hot, i);
disposition|}
count    |
count    |DEFINE_STATIC_KEY_FALSE(kes_count_key);
count    |EXPORT_SYMBOL_GPL(kes_count_key);
time     |
time     |DEFINE_STATIC_KEY_FALSE(kes_more_key);
time     |EXPORT_SYMBOL_GPL(kes_more_key);

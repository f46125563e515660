// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements kvm-exits.h: the numbers in include/uapi/linux/kvm.h that x86 uses. They
 * are listed here because a machine's header may be older than its kernel.
 */
#include <stddef.h>

#include "kvm-exits.h"
#include "util.h"

static const char *const names[] = {
	[0] = "UNKNOWN", [1] = "EXCEPTION", [2] = "IO", [3] = "HYPERCALL",
	[4] = "DEBUG", [5] = "HLT", [6] = "MMIO", [7] = "IRQ_WINDOW_OPEN",
	[8] = "SHUTDOWN", [9] = "FAIL_ENTRY", [10] = "INTR", [11] = "SET_TPR",
	[12] = "TPR_ACCESS", [16] = "NMI", [17] = "INTERNAL_ERROR",
	[21] = "WATCHDOG", [24] = "SYSTEM_EVENT", [26] = "IOAPIC_EOI",
	[27] = "HYPERV", [29] = "X86_RDMSR", [30] = "X86_WRMSR",
	[31] = "DIRTY_RING_FULL", [32] = "AP_RESET_HOLD", [33] = "X86_BUS_LOCK",
	[34] = "XEN", [37] = "NOTIFY", [39] = "MEMORY_FAULT", [40] = "TDX",
};

const char *kvm_exit_name(uint32_t reason)
{
	return reason < ARRAY_LEN(names) ? names[reason] : NULL;
}

const char *const *kvm_exit_names(size_t *nr)
{
	*nr = ARRAY_LEN(names);
	return names;
}

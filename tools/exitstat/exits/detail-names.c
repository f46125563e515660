// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements detail-names.h. The reason determines the kind of a value, as
 * described in kvm_exit_stats.h. Well-known values are in tables of ranges; the
 * first range that contains the value names it.
 *
 * Ports are those of a PC and of QEMU; MSRs are from the SDM volume 4, the APM
 * volume 2 and KVM (Documentation/virt/kvm/x86/msr.rst); interrupt vectors are
 * those of Linux (arch/x86/include/asm/irq_vectors.h).
 */
#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "exits/detail-names.h"
#include "kvm_exit_stats.h"
#include "util.h"

struct range {
	uint64_t first;
	uint64_t last;
	const char *name;
};

static const struct range ports[] = {
	{ 0x00, 0x0f, "DMA" }, { 0x20, 0x21, "PIC, first" },
	{ 0x40, 0x43, "PIT" }, { 0x60, 0x60, "keyboard data" },
	{ 0x61, 0x61, "PIT gate, speaker" }, { 0x64, 0x64, "keyboard command" },
	{ 0x70, 0x71, "CMOS, clock" }, { 0x80, 0x80, "POST code, delay" },
	{ 0x81, 0x8f, "DMA pages" }, { 0x92, 0x92, "A20 gate" },
	{ 0xa0, 0xa1, "PIC, second" }, { 0xb2, 0xb3, "APM, SMI" },
	{ 0xc0, 0xdf, "DMA, second" }, { 0xed, 0xed, "delay" },
	{ 0xf4, 0xf4, "isa-debug-exit (QEMU)" }, { 0x170, 0x177, "IDE, second" },
	{ 0x1f0, 0x1f7, "IDE, first" }, { 0x2e8, 0x2ef, "COM4" },
	{ 0x2f8, 0x2ff, "COM2" }, { 0x376, 0x376, "IDE, second" },
	{ 0x378, 0x37a, "printer" }, { 0x3b0, 0x3df, "VGA" },
	{ 0x3e8, 0x3ef, "COM3" }, { 0x3f0, 0x3f5, "floppy disk" },
	{ 0x3f6, 0x3f6, "IDE, first" }, { 0x3f7, 0x3f7, "floppy disk" },
	{ 0x3f8, 0x3f8, "COM1 data" },
	{ 0x3fd, 0x3fd, "COM1 line status" }, { 0x3f8, 0x3ff, "COM1" }, { 0x402, 0x402, "SeaBIOS debug" },
	{ 0x4d0, 0x4d1, "PIC, edge or level" }, { 0x510, 0x513, "fw_cfg" },
	{ 0x514, 0x51b, "fw_cfg DMA" },
	{ 0x608, 0x60b, "ACPI PM timer (q35)" }, { 0x600, 0x63f, "ACPI PM (q35)" },
	{ 0xae00, 0xae17, "ACPI hotplug" }, { 0xaf00, 0xaf1f, "CPU hotplug" },
	{ 0xafe0, 0xafe3, "ACPI GPE" },
	{ 0xb008, 0xb00b, "ACPI PM timer (pc)" }, { 0xb000, 0xb03f, "ACPI PM (pc)" },
	{ 0xb100, 0xb13f, "SMBus (pc)" },
	{ 0xcf8, 0xcf8, "PCI config address" },
	{ 0xcf9, 0xcf9, "reset control" },
	{ 0xcfc, 0xcff, "PCI config data" },
};

static const struct range msrs[] = {
	{ 0x10, 0x10, "TSC" }, { 0x17, 0x17, "PLATFORM_ID" },
	{ 0x1b, 0x1b, "APIC_BASE" }, { 0x3a, 0x3a, "FEAT_CTL" },
	{ 0x3b, 0x3b, "TSC_ADJUST" }, { 0x48, 0x48, "SPEC_CTRL" },
	{ 0x49, 0x49, "PRED_CMD" }, { 0x79, 0x79, "UCODE_WRITE" },
	{ 0x8b, 0x8b, "UCODE_REV" }, { 0xc1, 0xc8, "PMC" },
	{ 0xce, 0xce, "PLATFORM_INFO" }, { 0xe7, 0xe8, "MPERF, APERF" },
	{ 0xfe, 0xfe, "MTRRcap" }, { 0x10a, 0x10a, "ARCH_CAPABILITIES" },
	{ 0x10b, 0x10b, "FLUSH_CMD" }, { 0x140, 0x140, "MISC_FEATURES_ENABLES" },
	{ 0x174, 0x176, "SYSENTER" }, { 0x179, 0x17a, "MCG" },
	{ 0x186, 0x189, "PERFEVTSEL" }, { 0x1a0, 0x1a0, "MISC_ENABLE" },
	{ 0x1d9, 0x1d9, "DEBUGCTL" }, { 0x200, 0x20f, "MTRR" },
	{ 0x250, 0x26f, "MTRR, fixed" }, { 0x277, 0x277, "PAT" },
	{ 0x2ff, 0x2ff, "MTRRdefType" }, { 0x345, 0x345, "PERF_CAPABILITIES" },
	{ 0x38d, 0x390, "PERF_GLOBAL" }, { 0x400, 0x47f, "MC banks" },
	{ 0x480, 0x491, "VMX capabilities" }, { 0x6e0, 0x6e0, "TSC_DEADLINE" },
	{ 0x802, 0x802, "x2APIC ID" }, { 0x803, 0x803, "x2APIC version" },
	{ 0x808, 0x808, "x2APIC TPR" }, { 0x80b, 0x80b, "x2APIC EOI" },
	{ 0x80d, 0x80d, "x2APIC LDR" }, { 0x80f, 0x80f, "x2APIC SVR" },
	{ 0x810, 0x817, "x2APIC ISR" }, { 0x818, 0x81f, "x2APIC TMR" },
	{ 0x820, 0x827, "x2APIC IRR" }, { 0x828, 0x828, "x2APIC ESR" },
	{ 0x830, 0x830, "x2APIC ICR" }, { 0x832, 0x832, "x2APIC LVT timer" },
	{ 0x833, 0x837, "x2APIC LVT" }, { 0x838, 0x838, "x2APIC timer count" },
	{ 0x839, 0x839, "x2APIC timer now" },
	{ 0x83e, 0x83e, "x2APIC timer divide" },
	{ 0x83f, 0x83f, "x2APIC self IPI" }, { 0xda0, 0xda0, "XSS" },
	{ 0x40000000, 0x400000ff, "Hyper-V" },
	{ 0x4b564d00, 0x4b564d00, "KVM WALL_CLOCK" },
	{ 0x4b564d01, 0x4b564d01, "KVM SYSTEM_TIME" },
	{ 0x4b564d02, 0x4b564d02, "KVM ASYNC_PF_EN" },
	{ 0x4b564d03, 0x4b564d03, "KVM STEAL_TIME" },
	{ 0x4b564d04, 0x4b564d04, "KVM PV_EOI_EN" },
	{ 0x4b564d05, 0x4b564d05, "KVM POLL_CONTROL" },
	{ 0x4b564d06, 0x4b564d06, "KVM ASYNC_PF_INT" },
	{ 0x4b564d07, 0x4b564d07, "KVM ASYNC_PF_ACK" },
	{ 0x4b564d08, 0x4b564d08, "KVM MIGRATION_CONTROL" },
	{ 0xc0000080, 0xc0000080, "EFER" }, { 0xc0000081, 0xc0000084, "SYSCALL" },
	{ 0xc0000100, 0xc0000100, "FS_BASE" },
	{ 0xc0000101, 0xc0000102, "GS_BASE" }, { 0xc0000103, 0xc0000103, "TSC_AUX" },
	{ 0xc0000104, 0xc0000104, "AMD TSC_RATIO" },
	{ 0xc0010000, 0xc0010007, "AMD PMU" },
	{ 0xc0010010, 0xc0010010, "AMD SYSCFG" },
	{ 0xc0010015, 0xc0010015, "AMD HWCR" },
	{ 0xc0010114, 0xc0010114, "AMD VM_CR" },
	{ 0xc0010117, 0xc0010117, "AMD VM_HSAVE_PA" },
	{ 0xc001011f, 0xc001011f, "AMD VIRT_SPEC_CTRL" },
	{ 0xc0010200, 0xc001020b, "AMD PMU" },
	{ 0xc001102c, 0xc001102c, "AMD EX_CFG" },
	{ 0xc0011020, 0xc001102b, "AMD LS, IC, DC, DE_CFG" },
};

static const struct range leaves[] = {
	{ 0x0, 0x0, "highest leaf, vendor" }, { 0x1, 0x1, "version, features" },
	{ 0x2, 0x2, "caches" }, { 0x4, 0x4, "cache topology" },
	{ 0x6, 0x6, "power" }, { 0x7, 0x7, "more features" },
	{ 0xa, 0xa, "performance counters" }, { 0xb, 0xb, "topology" },
	{ 0xd, 0xd, "XSAVE" }, { 0x15, 0x16, "TSC and core clock" },
	{ 0x1f, 0x1f, "topology" }, { 0x40000000, 0x40000000, "hypervisor" },
	{ 0x40000001, 0x40000001, "KVM features" },
	{ 0x40000002, 0x4000ffff, "hypervisor" },
	{ 0x80000000, 0x80000000, "highest extended leaf" },
	{ 0x80000001, 0x80000001, "extended features" },
	{ 0x80000002, 0x80000004, "brand" }, { 0x80000005, 0x80000006, "caches" },
	{ 0x80000007, 0x80000007, "power, invariant TSC" },
	{ 0x80000008, 0x80000008, "address sizes" },
	{ 0x8000000a, 0x8000000a, "SVM" }, { 0x8000001d, 0x8000001e, "topology" },
	{ 0x8000001f, 0x8000001f, "memory encryption" },
};

static const struct range hypercalls[] = {
	{ 1, 1, "VAPIC_POLL_IRQ" }, { 5, 5, "KICK_CPU" },
	{ 9, 9, "CLOCK_PAIRING" }, { 10, 10, "SEND_IPI" },
	{ 11, 11, "SCHED_YIELD" }, { 12, 12, "MAP_GPA_RANGE" },
};

static const struct range vectors[] = {
	{ 0, 0, "#DE" }, { 1, 1, "#DB" }, { 2, 2, "NMI" }, { 3, 3, "#BP" },
	{ 4, 4, "#OF" }, { 5, 5, "#BR" }, { 6, 6, "#UD" }, { 7, 7, "#NM" },
	{ 8, 8, "#DF" }, { 10, 10, "#TS" }, { 11, 11, "#NP" },
	{ 12, 12, "#SS" }, { 13, 13, "#GP" }, { 14, 14, "#PF" },
	{ 16, 16, "#MF" }, { 17, 17, "#AC" }, { 18, 18, "#MC" },
	{ 19, 19, "#XM" }, { 20, 20, "#VE" }, { 21, 21, "#CP" },
};

static const struct range interrupts[] = {
	{ 0xec, 0xec, "Linux: local timer" },
	{ 0xf2, 0xf2, "Linux: posted interrupt" },
	{ 0xf6, 0xf6, "Linux: irq work" }, { 0xf7, 0xf7, "Linux: reboot" },
	{ 0xfb, 0xfb, "Linux: call function, one CPU" },
	{ 0xfc, 0xfc, "Linux: call function" },
	{ 0xfd, 0xfd, "Linux: reschedule" }, { 0xff, 0xff, "spurious" },
};

static const struct range frames[] = {
	{ 0xa0, 0xbf, "VGA memory" }, { 0xc0, 0xef, "option ROMs" },
	{ 0xf0, 0xff, "BIOS" }, { 0xb0000, 0xbffff, "PCI config (q35)" },
	{ 0xfec00, 0xfec00, "I/O APIC" }, { 0xfed00, 0xfed00, "HPET" },
	{ 0xfed40, 0xfed44, "TPM" }, { 0xfee00, 0xfee00, "local APIC" },
	{ 0xfff00, 0xfffff, "firmware" },
};

static const struct range apic[] = {
	{ 0x20, 0x20, "ID" }, { 0x30, 0x30, "version" }, { 0x80, 0x80, "TPR" },
	{ 0xa0, 0xa0, "PPR" }, { 0xb0, 0xb0, "EOI" }, { 0xd0, 0xd0, "LDR" },
	{ 0xe0, 0xe0, "DFR" }, { 0xf0, 0xf0, "SVR" },
	{ 0x100, 0x17f, "ISR" }, { 0x180, 0x1ff, "TMR" },
	{ 0x200, 0x27f, "IRR" }, { 0x280, 0x280, "ESR" },
	{ 0x300, 0x300, "ICR" }, { 0x310, 0x310, "ICR, high" },
	{ 0x320, 0x320, "LVT timer" }, { 0x330, 0x37f, "LVT" },
	{ 0x380, 0x380, "timer count" }, { 0x390, 0x390, "timer now" },
	{ 0x3e0, 0x3e0, "timer divide" },
};

enum kind {
	KIND_PORT, KIND_MSR, KIND_LEAF, KIND_HYPERCALL, KIND_VECTOR,
	KIND_INTERRUPT, KIND_CR, KIND_FRAME, KIND_APIC, KIND_OTHER
};

#define KIND(_table) _table, ARRAY_LEN(_table)

static const struct {
	const struct range *ranges;
	size_t nr;
} kinds[] = {
	[KIND_PORT] = { KIND(ports) }, [KIND_MSR] = { KIND(msrs) },
	[KIND_LEAF] = { KIND(leaves) }, [KIND_HYPERCALL] = { KIND(hypercalls) },
	[KIND_VECTOR] = { KIND(vectors) },
	[KIND_INTERRUPT] = { KIND(interrupts) },
	[KIND_FRAME] = { KIND(frames) }, [KIND_APIC] = { KIND(apic) },
	[KIND_CR] = { NULL, 0 }, [KIND_OTHER] = { NULL, 0 },
};

static const struct {
	const char *reason;
	enum kind kind;
} reasons[] = {
	{ "IO_INSTRUCTION", KIND_PORT }, { "IOIO", KIND_PORT },
	{ "MSR_READ", KIND_MSR }, { "MSR_WRITE", KIND_MSR },
	{ "MSR", KIND_MSR }, { "CPUID", KIND_LEAF },
	{ "VMCALL", KIND_HYPERCALL }, { "VMMCALL", KIND_HYPERCALL },
	{ "EXCEPTION_NMI", KIND_VECTOR },
	{ "EXTERNAL_INTERRUPT", KIND_INTERRUPT },
	{ "EOI_INDUCED", KIND_INTERRUPT }, { "CR_ACCESS", KIND_CR },
	{ "EPT_VIOLATION", KIND_FRAME }, { "EPT_MISCONFIG", KIND_FRAME },
	{ "NPF", KIND_FRAME }, { "APIC_ACCESS", KIND_APIC },
	{ "APIC_WRITE", KIND_APIC },
};

static enum kind kind_of(const char *reason)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (!strcmp(reasons[i].reason, reason))
			return reasons[i].kind;
	return KIND_OTHER;
}

static void cr_text(uint64_t value, char *out, size_t size)
{
	static const char *const access[] = { "write", "read", "CLTS", "LMSW" };

	snprintf(out, size, "CR%llu %s", (unsigned long long)(value & 15),
		 access[value >> 4 & 3]);
}

void detail_value_text(const char *reason, uint64_t value, char *out,
		       size_t size)
{
	unsigned long long v = value;

	switch (kind_of(reason)) {
	case KIND_PORT:
	case KIND_MSR:
		snprintf(out, size, "%#llx %s", v & ~KES_DETAIL_READ,
			 v & KES_DETAIL_READ ? "read" : "write");
		break;
	case KIND_VECTOR:
	case KIND_HYPERCALL:
		snprintf(out, size, "%llu", v);
		break;
	case KIND_CR:
		cr_text(value, out, size);
		break;
	case KIND_FRAME:
		snprintf(out, size, "page %#llx", v << 12);
		break;
	default:
		snprintf(out, size, "%#llx", v);
	}
}

const char *detail_name(const char *reason, uint64_t value)
{
	enum kind kind = kind_of(reason);

	if (kind == KIND_PORT || kind == KIND_MSR)
		value &= ~KES_DETAIL_READ;
	for (size_t i = 0; i < kinds[kind].nr; i++)
		if (value >= kinds[kind].ranges[i].first &&
		    value <= kinds[kind].ranges[i].last)
			return kinds[kind].ranges[i].name;
	return "";
}

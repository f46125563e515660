// SPDX-License-Identifier: GPL-2.0-only
/*
 * exit_stats_nested_test
 *
 * Test how the VM exit statistics of KVM count exits from a nested guest. L2
 * executes CPUID, touches a page that L1's nested page table (EPT or NPT) does
 * not map, and is interrupted, each a known number of times. L1 must have
 * received exactly these exits, by the reason that it saw, and exactly those
 * that began as an exit of L2 must be counted as reflected.
 *
 * The interrupt is an MSI that is sent while L2's OUT is handled in user space:
 * L1 receives an exit for it without another exit from L2.
 */
#define _GNU_SOURCE /* for program_invocation_short_name */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test_util.h"

#include "apic.h"
#include "kvm_util.h"
#include "processor.h"
#include "svm_util.h"
#include "vmx.h"

#include "exit_stats_guest.h"

#define NR_PAGES	53
#define NR_INTERRUPTS	31

/* L2's and L1's OUTs: send an MSI; it has arrived; all done, as expected */
#define PORT_INTERRUPT	0x2f2
#define PORT_TAKEN	0x2f3
#define PORT_END	0x2f4
#define PORT_FAILED	0x2f5

#define MSI_ADDRESS	0xfee00000
#define MSI_VECTOR	0x41

/* Mapped for L1, but beyond the 1 GiB that the nested page table maps */
#define UNMAPPED	0x40000000ul

#define INSN_SIZE	2	/* of CPUID, and of L2's load */

/* Codes of the exits that L1 receives, by ISA */
struct nested_isa {
	u64 cpuid;
	u64 page;
	u64 interrupt;
	u64 hypercall;
};

static const struct nested_isa nested_isas[] = {
	[KES_ISA_VMX] = { 10, 48, 1, 18 },
	[KES_ISA_SVM] = { 0x72, 0x400, 0x60, 0x81 },
};

static struct kvm_vm *vm;
static struct kvm_vcpu *vcpu;
static const struct nested_isa *isa;
static u64 start_of_l2_stack;

/*
 * vmlaunch() and vmresume() enter L2 with L1's registers, except RSP, so an exit
 * that L1 receives changes all registers of L2. No function with such an exit is
 * inlined: RBP is pushed to the stack, where the caller's red zone would be.
 */
#define L2_EXIT(insn, ...)						\
({									\
	asm volatile("push %%rbp\n\t" insn "\n\tpop %%rbp"		\
		     : __VA_ARGS__					\
		     : "memory", "cc", "rbx", "rsi", "r8", "r9", "r10",	\
		       "r11", "r12", "r13", "r14", "r15");		\
})

static noinline void l2_cpuid(void)
{
	u64 a = 0, c = 0, d, di;

	L2_EXIT("cpuid", "+a"(a), "+c"(c), "=d"(d), "=D"(di) :);
}

static noinline void l2_touch_unmapped_page(void)
{
	u64 a, c, d, di = UNMAPPED;

	L2_EXIT("mov (%%rdi), %%eax", "=a"(a), "=c"(c), "=d"(d), "+D"(di) :);
}

static noinline void l2_out(u16 port)
{
	u64 a = 0, c, d = port, di;

	L2_EXIT("outb %%al, %%dx", "+a"(a), "=c"(c), "+d"(d), "=D"(di) :);
}

static void l2_work(void)
{
	int i;

	for (i = 0; i < NR_CPUID; i++)
		l2_cpuid();
	for (i = 0; i < NR_PAGES; i++)
		l2_touch_unmapped_page();
	for (i = 0; i < NR_INTERRUPTS; i++)
		l2_out(PORT_INTERRUPT);
}

static void l2_svm(void)
{
	/* L1 leaves V_INTR_MASKING clear, so L2's flag decides. */
	asm volatile("sti");
	l2_work();
	vmmcall();
}

static void l2_vmx(void)
{
	l2_work();
	vmcall();
}

static void l1_svm(struct svm_test_data *svm, u64 nested_cr3)
{
	struct vmcb_control_area *control = &svm->vmcb->control;

	x2apic_enable();
	generic_svm_setup(svm, l2_svm, (void *)start_of_l2_stack);
	control->intercept |= BIT_ULL(INTERCEPT_CPUID) |
			      BIT_ULL(INTERCEPT_INTR);
	control->nested_ctl = SVM_NESTED_CTL_NP_ENABLE;
	control->nested_cr3 = nested_cr3;
	for (;;) {
		run_guest(svm->vmcb, svm->vmcb_gpa);
		switch (control->exit_code) {
		case SVM_EXIT_CPUID:
		case SVM_EXIT_NPF:
			svm->vmcb->save.rip += INSN_SIZE;
			break;
		case SVM_EXIT_INTR:
			guest_out(PORT_TAKEN);
			break;
		case SVM_EXIT_VMMCALL:
			guest_out(PORT_END);
			break;
		default:
			guest_out(PORT_FAILED);
		}
	}
}

static void l1_vmx(struct vmx_pages *vmx)
{
	bool launched = false;

	x2apic_enable();
	GUEST_ASSERT(prepare_for_vmx_operation(vmx));
	GUEST_ASSERT(load_vmcs(vmx));
	prepare_vmcs(vmx, l2_vmx, (void *)start_of_l2_stack);
	vmwrite(PIN_BASED_VM_EXEC_CONTROL,
		vmreadz(PIN_BASED_VM_EXEC_CONTROL) | PIN_BASED_EXT_INTR_MASK);
	for (;;) {
		GUEST_ASSERT(!(launched ? vmresume() : vmlaunch()));
		launched = true;
		switch (vmreadz(VM_EXIT_REASON)) {
		case EXIT_REASON_CPUID:
		case EXIT_REASON_EPT_VIOLATION:
			vmwrite(GUEST_RIP, vmreadz(GUEST_RIP) + INSN_SIZE);
			break;
		case EXIT_REASON_EXTERNAL_INTERRUPT:
			guest_out(PORT_TAKEN);
			break;
		case EXIT_REASON_VMCALL:
			guest_out(PORT_END);
			break;
		default:
			guest_out(PORT_FAILED);
		}
	}
}

static u64 new_table(u64 **entries)
{
	vm_vaddr_t page = vm_vaddr_alloc_page(vm);

	*entries = addr_gva2hva(vm, page);
	memset(*entries, 0, getpagesize());
	return addr_gva2gpa(vm, page);
}

/*
 * Build a nested page table that maps the first 1 GiB by pages of 2 MiB.
 * @table, @leaf: flags of the entries
 */
static u64 build_nested_pages(u64 table, u64 leaf)
{
	u64 *pml4, *pdpt, *pd, root = new_table(&pml4);
	u64 i;

	pml4[0] = new_table(&pdpt) | table;
	pdpt[0] = new_table(&pd) | table;
	for (i = 0; i < 512; i++)
		pd[i] = i << 21 | leaf;
	return root;
}

static void create_svm_vm(void)
{
	vm_vaddr_t svm;

	vm = vm_create_with_one_vcpu(&vcpu, l1_svm);
	vcpu_alloc_svm(vm, &svm);
	/* present, writable, user; leaf: also accessed, dirty, page size */
	vcpu_args_set(vcpu, 2, svm, build_nested_pages(0x7, 0xe7));
}

static void create_vmx_vm(void)
{
	struct vmx_pages *vmx;
	vm_vaddr_t gva;

	vm = vm_create_with_one_vcpu(&vcpu, l1_vmx);
	vmx = vcpu_alloc_vmx(vm, &gva);
	/* read, write, execute; leaf: also write-back, page size, A, D */
	vmx->eptp_gpa = build_nested_pages(0x7, 0x3b7);
	vcpu_args_set(vcpu, 1, gva);
}

static void create_vm(void)
{
	u64 *stack;

	if (kvm_cpu_has(X86_FEATURE_SVM))
		create_svm_vm();
	else
		create_vmx_vm();
	virt_map(vm, UNMAPPED, UNMAPPED, 1);
	start_of_l2_stack = vm_vaddr_alloc_page(vm) + getpagesize() - 64;
	stack = addr_gva2hva(vm, (vm_vaddr_t)&start_of_l2_stack);
	*stack = start_of_l2_stack;
}

static void send_msi(void)
{
	struct kvm_msi msi = { .address_lo = MSI_ADDRESS, .data = MSI_VECTOR };
	int ret = __vm_ioctl(vm, KVM_SIGNAL_MSI, &msi);

	TEST_ASSERT(ret == 1, "KVM_SIGNAL_MSI: %d (errno %d)", ret, errno);
}

/* Remove the interrupt that L1, which has no handler, leaves pending. */
static void drop_interrupt(void)
{
	struct kvm_lapic_state lapic;
	u32 *irr;

	vcpu_ioctl(vcpu, KVM_GET_LAPIC, &lapic);
	irr = (u32 *)(lapic.regs + 0x200 + MSI_VECTOR / 32 * 16);
	TEST_ASSERT(*irr & BIT(MSI_VECTOR % 32), "No interrupt is pending");
	*irr = 0;
	vcpu_ioctl(vcpu, KVM_SET_LAPIC, &lapic);
}

static void run_nested(void)
{
	int sent = 0, taken = 0;

	for (;;) {
		vcpu_run(vcpu);
		TEST_ASSERT(vcpu->run->exit_reason == KVM_EXIT_IO,
			    "Unexpected exit to user space: %u",
			    vcpu->run->exit_reason);
		switch (vcpu->run->io.port) {
		case PORT_INTERRUPT:
			send_msi();
			sent++;
			break;
		case PORT_TAKEN:
			drop_interrupt();
			taken++;
			break;
		case PORT_END:
			TEST_ASSERT(sent == NR_INTERRUPTS && taken == sent,
				    "L1 took %d of %d interrupts", taken, sent);
			return;
		default:
			TEST_FAIL("L1 received an unexpected exit");
		}
	}
}

/* Return the count of exits with @code that L1 received. */
static u64 received(const struct kes_nested_record *rec, u64 code)
{
	const struct kes_nested *entry = (const void *)(rec + 1);
	u64 count = 0;
	unsigned int i;

	for (i = 0; i < rec->nr; i++)
		if (entry[i].code == code)
			count += entry[i].count;
	return count;
}

static void expect_received(const struct kes_nested_record *rec,
			    const char *what, u64 code, u64 want)
{
	u64 got = received(rec, code);

	TEST_ASSERT(got == want, "L1 received %lu exits for %s, expected %lu",
		    got, what, want);
}

static void test_received(void)
{
	const struct kes_nested_record *rec;
	struct snapshot s;

	run_nested();
	s = take_snapshot();
	TEST_ASSERT(header_of(&s)->fields & KES_FIELD_NESTED,
		    "KES_FIELD_NESTED is not set");
	rec = find_record(&s, KES_REC_NESTED, vcpu->id);
	TEST_ASSERT(rec, "No record of the exits that L1 received");
	expect_received(rec, "CPUID", isa->cpuid, NR_CPUID);
	expect_received(rec, "pages", isa->page, NR_PAGES);
	expect_received(rec, "interrupts", isa->interrupt, NR_INTERRUPTS);
	expect_received(rec, "hypercalls", isa->hypercall, 1);
	TEST_ASSERT(rec->nr == 4, "L1 received exits for %u reasons, expected 4",
		    rec->nr);
	free(s.buf);
}

static void expect_reflected(const struct kes_vcpu_record *rec,
			     const char *what, u64 code, u64 want)
{
	struct kes_exit exit = find_exit(rec, code);

	TEST_ASSERT(exit.reflected == want && exit.l2 >= want,
		    "%llu of %llu exits from L2 for %s were reflected, expected %lu",
		    exit.reflected, exit.l2, what, want);
}

/* Relies on test_received(), which ran L2. */
static void test_reflected(void)
{
	struct snapshot s = take_snapshot();
	const struct kes_vcpu_record *rec;
	unsigned int i;
	u64 sum = 0;

	rec = find_record(&s, KES_REC_VCPU, vcpu->id);
	expect_reflected(rec, "CPUID", isa->cpuid, NR_CPUID);
	expect_reflected(rec, "pages", isa->page, NR_PAGES);
	expect_reflected(rec, "interrupts", isa->interrupt, 0);
	expect_reflected(rec, "hypercalls", isa->hypercall, 1);
	for (i = 0; i < rec->nr_exits; i++)
		sum += exit_nr(rec, i)->reflected;
	TEST_ASSERT(sum == NR_CPUID + NR_PAGES + 1,
		    "%lu exits were reflected, expected %u", sum,
		    NR_CPUID + NR_PAGES + 1);
	check_accounting(rec);
	free(s.buf);
}

static const struct named_test tests[] = {
	{ "exits received by L1 are counted exactly", test_received },
	{ "exits reflected to L1 are counted exactly", test_reflected },
};

int main(int argc, char *argv[])
{
	setbuf(stdout, NULL);
	require_exit_stats();
	TEST_REQUIRE(kvm_cpu_has(X86_FEATURE_SVM) ||
		     kvm_cpu_has(X86_FEATURE_VMX));
	create_vm();
	isa = &nested_isas[find_isa() - isas];
	expect_write(SYSFS "count", "1", 0);
	run_tests(tests, ARRAY_SIZE(tests));
	kvm_vm_free(vm);
	ksft_exit_pass();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generators: exceptions, task switches, shutdown. KVM intercepts #UD, #DB, #AC
 * and #MC, and other exceptions only when needed.
 */
#include "../lib/segments.h"
#include "exits.h"

#define CR0_CACHED_AM	0x00040011u

/* VMX: n EXCEPTION_NMI. SVM: n EXCP_UD. */
REPEAT(ud, EXPECT_FAULT("ud2", "m"(resume_at)))

/* One step each. VMX: n EXCEPTION_NMI. SVM: n EXCP_DB. */
REPEAT(db, __asm__ volatile("pushfl\n\torl $0x100, (%%esp)\n\tpopfl\n\tnop"
			    : : : "memory", "cc"))

/* No exits, unless a debugger is attached to the guest. */
REPEAT(bp, EXPECT_FAULT("int3", "m"(resume_at)))

/* No exits: KVM does not intercept #GP. */
REPEAT(gp, EXPECT_FAULT("movw %w1, %%fs", "r"(0xfff8)))

/*
 * KVM intercepts #GP in a guest that has enabled SVM, because some CPUs raise
 * it for VMRUN. n EXCP_GP, and one MSR.
 */
void exit_gp_svme(uint32_t n)
{
	wrmsr(MSR_EFER, EFER_SVME);
	exit_gp(n);
}

static void misaligned(uint32_t n)
{
	static char memory[8];

	while (n--)
		EXPECT_FAULT("incl 1(%1)", "r"(memory), "m"(memory));
}

/*
 * In ring 3. VMX: n EXCEPTION_NMI. SVM: n EXCP_AC if the CPU checks alignment,
 * which TCG does not. One CR_ACCESS or WRITE_CR0 to enable alignment checks.
 */
void exit_ac(uint32_t n)
{
	descriptors_load();
	__asm__ volatile("movl %0, %%cr0" : : "r"(CR0_CACHED_AM));
	user_call(misaligned, n);
}

static volatile uint32_t switches_left;

static void task_b(void)
{
	for (;;) {
		if (!switches_left)
			guest_exit(0);
		switches_left--;
		__asm__ volatile("ljmp %0, $0" : : "i"(SEL_TSS_A) : "memory");
	}
}

/* Switch to task B and back. With an odd n, it ends in B. */
void exit_task_switch(uint32_t n)
{
	descriptors_load();
	descriptors_task_b(task_b);
	switches_left = n;
	while (switches_left) {
		switches_left--;
		__asm__ volatile("ljmp %0, $0" : : "i"(SEL_TSS_B) : "memory");
	}
}

/*
 * No gates for #UD, #GP and #DF. VMX: TRIPLE_FAULT. SVM: SHUTDOWN. It ends the
 * VM, so there is only one, and no I/O exit for the status. Before it, VMX has
 * EXCEPTION_NMI and SVM EXCP_UD for the #UD.
 */
void exit_triple_fault(uint32_t n)
{
	static const struct table_pointer nothing;

	(void)n;
	__asm__ volatile("lidt %0\n\tud2" : : "m"(nothing));
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generators: exits of a nested guest (L2). KVM intercepts little, but a guest
 * hypervisor can intercept anything in L2. KVM gets the exit first and reflects
 * it to the guest hypervisor. Here, the guest hypervisor has one VMCB,
 * intercepts one exit code, and repeatedly runs L2, which executes one
 * instruction that causes the exit.
 *
 * Each row has n exits for its reason, all from L2 and all reflected, and n
 * VMRUN. The set-up is the row l2_nothing: WRITE_CR4 1 and WRITE_CR0 1 (paging,
 * which KVM requires from a guest hypervisor) and MSR 2 (EFER, VM_HSAVE_PA).
 * KVM has separate nested page tables for L2, so the pages that L2 touches
 * cause NPF again: at least 2, for the page directory and the instruction, and
 * more for operands, depending on how the linker places them. See APM 2, 15.5
 * and appendix B.
 *
 * Not tested: INT3, INTO, INT1, RDTSCP and others whose intercepts QEMU 7.2's
 * TCG ignores; #DF, which KVM itself raises for a second #GP.
 */
#include "../lib/segments.h"
#include "exits.h"

#define CR4_PSE		0x10u
#define CR0_PAGED	0x80000031u	/* PG, NE, ET, PE */
#define CR0_TS		0x8u
#define MSR_HSAVE	0xc0010117u
#define EXIT_NM		0x47u		/* FNOP with CR0.TS set */
#define EXIT_VMMCALL	0x81u
#define EXIT_VMRUN	0x80u
#define STATUS_OTHER	4		/* unexpected exit from L2 */

struct segment {
	uint16_t selector, attributes;
	uint32_t limit;
	uint64_t base;
};

struct vmcb {
	uint32_t intercepts[6];		/* a bit per exit code */
	uint8_t unused_0[0x58 - 0x18];
	uint32_t asid, tlb;
	uint8_t unused_1[0x70 - 0x60];
	uint64_t exit_code;
	uint8_t unused_2[0x400 - 0x78];
	struct segment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
	uint8_t unused_3[0x4d0 - 0x4a0];
	uint64_t efer;
	uint8_t unused_4[0x548 - 0x4d8];
	uint64_t cr4, cr3, cr0, dr7, dr6, rflags, rip;
	uint8_t unused_5[0x5d8 - 0x580];
	uint64_t rsp;
	uint8_t unused_6[0x5f8 - 0x5e0];
	uint64_t rax;
	uint8_t unused_7[0x668 - 0x600];
	uint64_t pat;
	uint8_t unused_8[0x1000 - 0x670];
};

_Static_assert(sizeof(struct vmcb) == 0x1000, "not a VMCB");

static struct vmcb vmcb __attribute__((aligned(0x1000)));
static uint32_t directory[1024] __attribute__((aligned(0x1000)));
static char host_save[0x1000] __attribute__((aligned(0x1000)));
static char stack[0x100] __attribute__((aligned(16)));
static struct tss no_task;

/* Identity-map all 4 GiB, in pages of 4 MiB. */
static void start_paging(void)
{
	uint32_t i;

	for (i = 0; i < 1024; i++)
		directory[i] = i << 22 | 0x83;
	__asm__ volatile("movl %0, %%cr4" : : "r"(CR4_PSE));
	__asm__ volatile("movl %0, %%cr3" : : "r"(directory) : "memory");
	__asm__ volatile("movl %0, %%cr0" : : "r"(CR0_PAGED) : "memory");
}

static void store_table(struct segment *to, int is_idt)
{
	struct table_pointer table;

	if (is_idt)
		__asm__ volatile("sidt %0" : "=m"(table));
	else
		__asm__ volatile("sgdt %0" : "=m"(table));
	to->limit = table.limit;
	to->base = table.base;
}

/* L2 has the same state as L1, except its entry point. */
static void fill_vmcb(uint32_t code)
{
	const struct segment data = { SEL_DATA, 0xc93, ~0u, 0 };

	vmcb.intercepts[code >> 5] |= 1u << (code & 31);
	vmcb.intercepts[EXIT_VMRUN >> 5] |= 1u << (EXIT_VMRUN & 31) |
					    1u << (EXIT_VMMCALL & 31);
	vmcb.asid = 1;
	vmcb.cs = (struct segment) { SEL_CODE, 0xc9b, ~0u, 0 };
	vmcb.es = vmcb.ss = vmcb.ds = vmcb.fs = vmcb.gs = data;
	vmcb.ldtr = (struct segment) { 0, 0x82, 0, 0 };
	vmcb.tr = (struct segment) {
		SEL_TSS_A, 0x8b, sizeof(no_task) - 1, (uint32_t)&no_task,
	};
	store_table(&vmcb.gdtr, 0);
	store_table(&vmcb.idtr, 1);
	vmcb.efer = EFER_SVME;
	vmcb.cr0 = CR0_PAGED;
	vmcb.cr3 = (uint32_t)directory;
	vmcb.cr4 = CR4_PSE;
	vmcb.dr6 = 0xffff0ff0;
	vmcb.dr7 = 0x400;
	vmcb.pat = PAT_AT_RESET;
}

/* Save all registers, because L2 changes them. */
static void run_once(const char *instruction)
{
	vmcb.rip = (uint32_t)instruction;
	vmcb.rsp = (uint32_t)(stack + sizeof(stack) / 2);
	vmcb.rflags = 2;
	vmcb.rax = 0;
	__asm__ volatile("pushal\n\t.byte 0x0f, 0x01, 0xd8\n\tpopal"
			 : : "a"(&vmcb) : "memory", "cc");
}

static void become_hypervisor(void)
{
	descriptors_load();
	start_paging();
	wrmsr(MSR_EFER, EFER_SVME);
	wrmsr(MSR_HSAVE, (uint32_t)host_save);
}

/* The exits that the rows below share: those of driver.c and of the set-up */
void exit_l2_nothing(uint32_t n)
{
	(void)n;
	become_hypervisor();
}

static void run(uint32_t n, uint32_t code, const char *instruction)
{
	become_hypervisor();
	fill_vmcb(code);
	if (code == EXIT_NM)
		vmcb.cr0 |= CR0_TS;
	while (n--) {
		run_once(instruction);
		if (vmcb.exit_code != code)
			guest_exit(STATUS_OTHER);
	}
}

/* VMMCALL reports that the instruction caused no exit. */
#define L2(name, code, text)						\
extern const char code_##name[];					\
__asm__(".pushsection .text\ncode_" #name ":\n\t" text			\
	"\n\t.byte 0x0f, 0x01, 0xd9\n.popsection");			\
void exit_l2_##name(uint32_t n)						\
{									\
	run(n, code, code_##name);					\
}

L2(read_cr2, 0x02, "movl %cr2, %eax")
L2(read_cr8, 0x08, ".byte 0xf0, 0x0f, 0x20, 0xc0")	/* AMD's CR8 outside 64-bit mode */
L2(write_cr2, 0x12, "movl %eax, %cr2")
L2(de, 0x40, "xorl %ecx, %ecx\n\tdivl %ecx")
L2(br, 0x45, "movl $2, %eax\n\t.byte 0x62, 0x05\n\t.long code_bounds")
L2(nm, EXIT_NM, "fnop")
L2(ts, 0x4a, "pushl $0x4002\n\tpopfl\n\tiret")	/* EFLAGS.NT without a previous task */
L2(np, 0x4b, "movl $0x40, %eax\n\tmovl %eax, %fs")
L2(ss, 0x4c, "movl $0x40, %eax\n\tmovl %eax, %ss")
L2(mf, 0x50, "fninit\n\tfldcw code_unmasked\n\tfld1\n\tfdivs code_bounds\n\tfwait")
L2(idtr_read, 0x66, "sidt -64(%esp)")
L2(gdtr_read, 0x67, "sgdt -64(%esp)")
L2(ldtr_read, 0x68, "sldt %eax")
L2(tr_read, 0x69, "str %eax")
L2(idtr_write, 0x6a, "lidt -64(%esp)")
L2(gdtr_write, 0x6b, "lgdt -64(%esp)")
L2(ldtr_write, 0x6c, "lldt %ax")
L2(tr_write, 0x6d, "ltr %ax")
L2(rdtsc, 0x6e, "rdtsc")
L2(pushf, 0x70, "pushfl")
L2(popf, 0x71, "popfl")
L2(swint, 0x75, "int $0x30")
L2(pause, 0x77, "pause")

__asm__(".pushsection .rodata\n\t.balign 8\n"
	"code_bounds:\t.long 0, 1\n"
	"code_unmasked:\t.word 0x033b\n"	/* division by zero */
	".popsection");

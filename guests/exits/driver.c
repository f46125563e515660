// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run one of the exit generators a number of times. The runner writes the
 * number of the generator and the count as two words at 0xffe0 of the image
 * (guest.lds), so that reading them causes no exits.
 *
 * The row "nothing" has the exits of every run, from reset to the end:
 *
 *   reason             exits   from
 *   VMX CR_ACCESS          1   MOV to CR0 that switches to protected mode
 *   SVM READ_CR0           1   its MOV from CR0: KVM intercepts CR0 while CD and
 *   SVM WRITE_CR0          1   NW, which are set after reset, differ from its own
 *   CPUID                  4   guest_vendor() 1 + read_features() 3
 *   IO                     1   guest_exit()
 *   EPT_VIOLATION, NPF     m   touch_pages() and before: depends on the VMM's
 *                              memory, but is the same in each run, because all
 *                              pages of image, .bss and stack are touched
 *   EXTERNAL_INTERRUPT, INTR   interrupts of the host
 */
#include "../lib/idt.h"
#include "exits.h"

#define PAGE		0x1000u

enum vendors { ANY, INTEL, AMD };

enum need {
	NOTHING, RDTSCP, RDRAND, XSAVE, LONG_MODE, UMIP, SVM, DEADLINE, X2APIC,
	INVPCID,
};

struct generator {
	void (*run)(uint32_t n);
	enum vendors vendors;
	enum need needs;
};

static const struct generator generators[] = {
#define EXIT(name, vendor, needs) { exit_##name, vendor, needs },
#include "rows.h"
#undef EXIT
};

#define NR_GENERATORS	(sizeof(generators) / sizeof(generators[0]))

static struct cpuid leaf1, leaf7, leaf80000001;

static const struct {
	const uint32_t *word;
	unsigned int bit;
} features[] = {
	[RDTSCP]	= { &leaf80000001.edx, 27 },
	[RDRAND]	= { &leaf1.ecx, 30 },
	[XSAVE]		= { &leaf1.ecx, 26 },
	[LONG_MODE]	= { &leaf80000001.edx, 29 },
	[UMIP]		= { &leaf7.ecx, 2 },
	[SVM]		= { &leaf80000001.ecx, 2 },
	[DEADLINE]	= { &leaf1.ecx, 24 },
	[X2APIC]	= { &leaf1.ecx, 21 },
	[INVPCID]	= { &leaf7.ebx, 10 },
};

extern char rom_start[], bss_start[], stack_top[];

/* Three CPUID exits. */
static void read_features(void)
{
	leaf1 = cpuid(1);
	leaf7 = cpuid(7);
	leaf80000001 = cpuid(0x80000001);
}

static int is_valid(const struct generator *generator, enum vendor vendor)
{
	if (generator->vendors == INTEL && vendor != VENDOR_INTEL)
		return 0;
	if (generator->vendors == AMD && vendor != VENDOR_AMD)
		return 0;
	return generator->needs == NOTHING ||
	       *features[generator->needs].word >>
	       features[generator->needs].bit & 1;
}

/* Touch all pages, so that they cause no exits later. RAM must be written. */
static void touch_pages(void)
{
	volatile char *ram;
	uint32_t at;

	for (at = (uint32_t)bss_start; at < (uint32_t)stack_top; at += PAGE) {
		ram = (volatile char *)at;
		*ram = *ram;
	}
	for (at = (uint32_t)rom_start; at; at += PAGE)
		*(volatile char *)at;
}

static void set_traps(void)
{
	idt_set(1, trap_step);
	idt_set(2, trap_nmi);
	idt_set_user(3, trap_resume);
	idt_set(6, trap_resume);
	idt_set(13, trap_resume_error);
	idt_set(17, trap_resume_error);
	idt_set(0x40, trap_irq);
	idt_set_user(0x30, trap_leave);
	idt_load();
}

int guest_main(void)
{
	const enum vendor vendor = guest_vendor();
	const uint32_t row = chosen_row;

	read_features();
	touch_pages();
	set_traps();
	if (row >= NR_GENERATORS)
		return STATUS_NO_SUCH_ROW;
	if (!is_valid(&generators[row], vendor))
		return STATUS_NOT_VALID;
	generators[row].run(chosen_n);
	return 0;
}

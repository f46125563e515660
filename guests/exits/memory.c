// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generators: accesses to memory that does not exist or is not mapped yet.
 */
#include "../lib/apic.h"
#include "exits.h"

#define PAGE		0x1000u
#define FRESH_PAGES	0x400000u	/* RAM that nothing else touches */
#define IOAPIC		0xfec00000u	/* in KVM: handled in the kernel */
#define NO_DEVICE	0xd0000000u	/* no device: returns to the VMM */

static void read_often(uint32_t address, uint32_t n)
{
	while (n--)
		*(volatile uint32_t *)address;
}

/*
 * n EPT_VIOLATION or NPF: a write to each page, because a page that is only
 * read is mapped read-only and exits again when it is written. The host must
 * use small pages for the memory (no transparent huge pages).
 */
void exit_fresh_page(uint32_t n)
{
	uint32_t at = FRESH_PAGES;

	for (; n--; at += PAGE)
		*(volatile char *)at = 1;
}

/*
 * SVM: n + 1 NPF. VMX: on the first EPT_VIOLATION, KVM finds no memory and
 * makes the entry invalid: n EPT_MISCONFIG.
 */
void exit_mmio_kernel(uint32_t n)
{
	read_often(IOAPIC, n + 1);
}

/* The same, but n + 1 of them return to user space. */
void exit_mmio_user(uint32_t n)
{
	read_often(NO_DEVICE, n + 1);
}

/* n accesses, see apic.h. */
REPEAT(apic_access, apic_read(APIC_ID))

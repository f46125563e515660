// SPDX-License-Identifier: GPL-2.0-only
/*
 * One page table that identity-maps the first 4 MiB. Ring 3 can only use the
 * pages of the programs; code is read-only for both rings; the first page is
 * not mapped, so that null pointers fault (Intel SDM 3A 4.3, 4.6).
 */
#include "kernel.h"

#define PAGE_SIZE	4096u
#define NR_ENTRIES_OF_TABLE	1024u

#define PRESENT		0x1
#define WRITABLE	0x2
#define USER		0x4

#define CR0_WRITE_PROTECT	(1u << 16)
#define CR0_PAGING		(1u << 31)

/* Page-aligned, from kernel.lds */
extern char kernel_text[], kernel_text_end[];
extern char user_text[], user_text_end[], user_end[];

static uint32_t directory[NR_ENTRIES_OF_TABLE]
	__attribute__((aligned(PAGE_SIZE)));
static uint32_t table[NR_ENTRIES_OF_TABLE] __attribute__((aligned(PAGE_SIZE)));

static int within(uint32_t page, const char *start, const char *end)
{
	return page >= (uint32_t)start && page < (uint32_t)end;
}

static uint32_t rights(uint32_t page)
{
	uint32_t flags = PRESENT;

	if (!page)
		return 0;
	if (!within(page, kernel_text, kernel_text_end) &&
	    !within(page, user_text, user_text_end))
		flags |= WRITABLE;
	if (within(page, user_text, user_end))
		flags |= USER;
	return flags;
}

void paging_init(void)
{
	uint32_t i, cr0;

	for (i = 0; i < NR_ENTRIES_OF_TABLE; i++)
		table[i] = i * PAGE_SIZE | rights(i * PAGE_SIZE);
	directory[0] = (uint32_t)table | PRESENT | WRITABLE | USER;
	__asm__ volatile("movl %0, %%cr3" : : "r"(directory) : "memory");
	__asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
	cr0 |= CR0_PAGING | CR0_WRITE_PROTECT;
	__asm__ volatile("movl %0, %%cr0" : : "r"(cr0) : "memory");
}

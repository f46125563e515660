/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interrupt table of micro guests and kernel1k, for vectors below
 * IDT_VECTORS. Nothing here causes an exit.
 *
 * The code segment is 0x08. A vector without a gate ends in a triple fault,
 * which the VMM reports.
 */
#ifndef GUEST_IDT_H
#define GUEST_IDT_H

#include <stdint.h>

#define IDT_VECTORS	0x81	/* up to kernel1k's system call */

/* @entry: not a C function; ends with IRET */
void idt_set(unsigned int vector, const char *entry);

/* As idt_set(), but ring 3 can use it with INT. */
void idt_set_user(unsigned int vector, const char *entry);

void idt_load(void);

#endif /* GUEST_IDT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interrupt table of micro guests and kernel1k, for vectors below IDT_VECTORS.
 * Nothing here causes an exit.
 *
 * The code segment is 0x08. What has no gate ends as a triple fault, which the VMM sees.
 */
#ifndef GUEST_IDT_H
#define GUEST_IDT_H

#include <stdint.h>

#define IDT_VECTORS	0x81	/* to kernel1k's system call */

/* The entry is code, not a C function; it ends with IRET. */
void idt_set(unsigned int vector, const char *entry);

/* As idt_set(), but INT in ring 3 may use it. */
void idt_set_user(unsigned int vector, const char *entry);

void idt_load(void);

#endif /* GUEST_IDT_H */

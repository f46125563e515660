/* SPDX-License-Identifier: GPL-2.0-only */
/* The processes of a snapshot's VMs, and what their QEMU is told to call them. */
#ifndef EXITSTAT_SOURCE_VM_NAME_H
#define EXITSTAT_SOURCE_VM_NAME_H

#include "snapshot/snapshot.h"

/*
 * The process that made a VM: 0, which none is, when it is gone or its number
 * belongs to another one by now.
 */
uint32_t vm_process(const struct snap_vm *vm, const char *root);
/* QEMU's -name, else the name of its thread, printable. */
void vm_name(const struct snap_vm *vm, const char *root, char *out,
	     size_t size);
/* QEMU's -uuid, or "". */
void vm_uuid(const struct snap_vm *vm, const char *root, char *out,
	     size_t size);

#endif

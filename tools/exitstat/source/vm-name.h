/* SPDX-License-Identifier: GPL-2.0-only */
/* The processes of a snapshot's VMs, and the names in QEMU's arguments. */
#ifndef EXITSTAT_SOURCE_VM_NAME_H
#define EXITSTAT_SOURCE_VM_NAME_H

#include "snapshot/snapshot.h"

/*
 * The process that created a VM, or 0 if it has exited or its PID is reused.
 */
uint32_t vm_process(const struct snap_vm *vm, const char *root);
/* QEMU's -name, or else the name of its thread; printable. */
void vm_name(const struct snap_vm *vm, const char *root, char *out,
	     size_t size);
/* QEMU's -uuid, or "". */
void vm_uuid(const struct snap_vm *vm, const char *root, char *out,
	     size_t size);

#endif

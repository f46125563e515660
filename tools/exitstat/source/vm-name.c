// SPDX-License-Identifier: GPL-2.0-only
/* Implements vm-name.h. */
#include "lib/proc.h"
#include "lib/qemu-args.h"
#include "source/vm-name.h"

uint32_t vm_process(const struct snap_vm *vm, const char *root)
{
	int had_begun = proc_started_before(root, vm->pid, vm->created_ns);

	/* a destroyed VM's process has probably exited, and its PID may be reused */
	return had_begun > 0 || (had_begun < 0 && !vm->destroyed) ? vm->pid : 0;
}

void vm_name(const struct snap_vm *vm, const char *root, char *out,
	     size_t size)
{
	char comm[sizeof(vm->comm)];

	copy_printable(comm, sizeof(comm), vm->comm);
	qemu_name(root, vm_process(vm, root), comm, out, size);
}

void vm_uuid(const struct snap_vm *vm, const char *root, char *out,
	     size_t size)
{
	qemu_uuid(root, vm_process(vm, root), out, size);
}

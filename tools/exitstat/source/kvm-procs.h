/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes with a VM, from /proc alone. */
#ifndef EXITSTAT_KVM_PROCS_H
#define EXITSTAT_KVM_PROCS_H

#include <stdint.h>

#include "source/qmp-socket.h"

/* Lists each QEMU with a KVM VM; none if /proc cannot be read. */
void kvm_procs_qemus(const char *root, void (*fn)(void *arg, uint32_t pid),
		     void *arg);
/* Finds the QMP socket, as a path valid for this process; like qmp_find_socket(). */
int kvm_procs_socket(const char *root, uint32_t pid, char path[QMP_PATH_MAX]);

#endif

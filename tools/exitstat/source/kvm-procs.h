/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes that have a VM, from /proc alone. */
#ifndef EXITSTAT_KVM_PROCS_H
#define EXITSTAT_KVM_PROCS_H

#include <stdint.h>

#include "source/qmp-socket.h"

/* Each QEMU that has a VM of KVM. Nothing when /proc cannot be read. */
void kvm_procs_qemus(const char *root, void (*fn)(void *arg, uint32_t pid),
		     void *arg);
/* The socket for QMP, to be reached from here; as qmp_find_socket(). */
int kvm_procs_socket(const char *root, uint32_t pid, char path[QMP_PATH_MAX]);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes that have a VM, from /proc alone. */
#ifndef EXITSTAT_KVM_PROCS_H
#define EXITSTAT_KVM_PROCS_H

#include "source/kvm-stats.h"

/* Each QEMU that has a VM of KVM. Nothing when /proc cannot be read. */
void kvm_procs_qemus(const char *root, void (*fn)(void *arg, uint32_t pid),
		     void *arg);
/* The socket for QMP, to be reached from here; as qmp_find_socket(). */
int kvm_procs_socket(const char *root, uint32_t pid, char path[QMP_PATH_MAX]);
bool kvm_procs_alive(const char *root, uint32_t pid);
/* When it began (CLOCK_MONOTONIC), or @now_ns if that cannot be told. */
uint64_t kvm_procs_began_ns(const char *root, uint32_t pid, uint64_t now_ns);

/*
 * Did a process of this number begin only after @created_ns (CLOCK_MONOTONIC)?
 * Then it is another one than that which made a VM at that time.
 */
bool kvm_procs_is_reused(const char *root, uint32_t pid, uint64_t created_ns);

#endif

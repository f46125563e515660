/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM's own statistics in debugfs: sums over the vCPUs of a VM, one file each.
 */
#ifndef EXITSTAT_SOURCE_KVM_DEBUGFS_H
#define EXITSTAT_SOURCE_KVM_DEBUGFS_H

#include "exits/kvm-stats.h"
#include "util.h"

#define KVM_DEBUGFS	"/sys/kernel/debug/kvm"

/* Calls @fn with the "PID-FD" of each VM. Returns 0, or -errno with a message. */
int kvm_debugfs_list(const char *root,
		     void (*fn)(void *arg, uint32_t pid, const char *dir),
		     void *arg, struct errbuf *err);
/* Reads one VM; @dir as listed, or "" for the sums over all VMs. */
int kvm_debugfs_read(const char *root, const char *dir,
		     struct kvm_stat_values *v, struct errbuf *err);

#endif

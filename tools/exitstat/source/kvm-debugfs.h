/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM's own statistics by its directory in debugfs: the sums of a VM's vCPUs, a
 * file for each.
 */
#ifndef EXITSTAT_SOURCE_KVM_DEBUGFS_H
#define EXITSTAT_SOURCE_KVM_DEBUGFS_H

#include "exits/kvm-stats.h"
#include "util.h"

#define KVM_DEBUGFS	"/sys/kernel/debug/kvm"

/* "PID-FD" of each VM, by @fn. -errno with a line in @err. */
int kvm_debugfs_list(const char *root,
		     void (*fn)(void *arg, uint32_t pid, const char *dir),
		     void *arg, struct errbuf *err);
/* One VM; @dir as listed, or "" for the sums of all. */
int kvm_debugfs_read(const char *root, const char *dir,
		     struct kvm_stat_values *v, struct errbuf *err);

#endif

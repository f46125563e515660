/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: a vCPU's binary statistics, see stats_fd.c.
 */
#ifndef KES_STATS_FD_H
#define KES_STATS_FD_H

#include <linux/types.h>

struct kvm_vcpu;

/* Called by a vendor module before it creates vCPUs; @isa: KES_ISA_* */
void kvm_exit_stats_set_isa(u32 isa);
void kes_stats_fd_exit(void);

#endif /* KES_STATS_FD_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM's own statistics of exits (kvm-stats.def). */
#ifndef EXITSTAT_EXITS_KVM_STATS_H
#define EXITSTAT_EXITS_KVM_STATS_H

#include <stdint.h>

enum kvm_stat {
#define KVM_STAT(name, class, meaning) KVM_STAT_##name,
#include "exits/kvm-stats.def"
#undef KVM_STAT
	NR_KVM_STATS
};

/* Rows that KVM counts; the last row is calculated from them and "exits". */
#define NR_KVM_COUNTED	(NR_KVM_STATS - 1)

extern const char *const kvm_stat_names[NR_KVM_STATS];

/* The values of a vCPU, or their sums for a VM. */
struct kvm_stat_values {
	uint64_t exits;
	uint64_t n[NR_KVM_COUNTED];
};

#endif

// SPDX-License-Identifier: GPL-2.0-only
/* Implements kvm-stats.h. */
#include "exits/kvm-stats.h"

const char *const kvm_stat_names[NR_KVM_STATS] = {
#define KVM_STAT(name, class, meaning) [KVM_STAT_##name] = #name,
#include "exits/kvm-stats.def"
#undef KVM_STAT
};

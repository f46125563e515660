/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: what is counted, and the memory for it, see groups.c.
 */
#ifndef KES_GROUPS_H
#define KES_GROUPS_H

#include <linux/types.h>

struct kes_vcpu;

/* @group: one KES_GROUP_*. 0, -EINVAL, -EBUSY, -ENOMEM or the feed's error */
int kes_switch(u32 group, bool on);
u32 kes_groups(void);

/* Of one vCPU: what is on, what went off meanwhile, all. */
int kes_groups_alloc_vcpu(struct kes_vcpu *vcpu, gfp_t gfp);
void kes_groups_trim_vcpu(struct kes_vcpu *vcpu);
void kes_groups_free_vcpu(struct kes_vcpu *vcpu);

#endif /* KES_GROUPS_H */

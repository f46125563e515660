/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: groups of counters and their memory, see groups.c.
 */
#ifndef KES_GROUPS_H
#define KES_GROUPS_H

#include <linux/types.h>

struct kes_vcpu;

/*
 * Switch one KES_GROUP_* on or off. Return 0, -EINVAL if a group that it needs
 * is off, -EBUSY if a group that needs it is on, -ENOMEM, or the feed's error.
 */
int kes_switch(u32 group, bool on);
u32 kes_groups(void);

/*
 * A vCPU's memory: allocate it for the groups that are on, free it for the
 * groups that are off, free all of it.
 */
int kes_groups_alloc_vcpu(struct kes_vcpu *vcpu, gfp_t gfp);
int kes_groups_fit_vcpu(struct kes_vcpu *vcpu, u32 groups, gfp_t gfp);
void kes_groups_trim_vcpu(struct kes_vcpu *vcpu);
void kes_groups_free_vcpu(struct kes_vcpu *vcpu);

#endif /* KES_GROUPS_H */

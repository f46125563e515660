/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: switching groups of counters, see groups.c.
 */
#ifndef KES_GROUPS_H
#define KES_GROUPS_H

#include "engine.h"

/*
 * Switch one KES_GROUP_* on or off for all VMs. Return 0, -EINVAL if a group
 * that it needs is off, -EBUSY if a group that needs it is on, -ENOMEM, or the
 * feed's error.
 */
int kes_switch(u32 group, bool on);

/*
 * The same for one VM, except for KES_GROUP_COUNT; -ENOENT if there is no such
 * VM. A group that is on for all VMs may be on for this one as well.
 */
int kes_switch_vm(u64 vm_id, u32 group, bool on);

/* Switch off the groups of destroyed VMs, or of one that is no longer listed. */
void kes_groups_release(void);
void kes_groups_release_vm(struct kes_vm *vm);

#endif /* KES_GROUPS_H */

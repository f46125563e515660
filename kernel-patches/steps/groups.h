count    |/* SPDX-License-Identifier: GPL-2.0-only */
count    |/*
count    | * KVM exit statistics: switching groups of counters, see groups.c.
count    | */
count    |#ifndef KES_GROUPS_H
count    |#define KES_GROUPS_H
count    |
count    |#include "engine.h"
count-detail|/* Bits of KES_GROUP_* */
count    |
count    |/*
count    | * Switch one KES_GROUP_* on or off for all VMs. Return 0, -EINVAL if a group
count    | * that it needs is off, -EBUSY if a group that needs it is on, -ENOMEM, or the
count    | * feed's error.
count    | */
count    |int kes_switch(u32 group, bool on);
vms      |
vms      |/*
vms      | * The same for one VM, except for KES_GROUP_COUNT; -ENOENT if there is no such
vms      | * VM. A group that is on for all VMs may be on for this one as well.
vms      | */
vms      |int kes_switch_vm(u64 vm_id, u32 group, bool on);
count    |
vms      |/* Switch off the groups of destroyed VMs, or of one that is no longer listed. */
vms      |void kes_groups_release(void);
vms      |void kes_groups_release_vm(struct kes_vm *vm);
count    |
count    |#endif /* KES_GROUPS_H */

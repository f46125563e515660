/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: visiting all VMs.
 */
#ifndef KES_WALK_H
#define KES_WALK_H

/*
 * Between these, no VM is removed from the list, and no counts move to the sum
 * of evicted VMs: what a visitor adds up has every exit exactly once. VMs and
 * vCPUs may be created and VMs destroyed in between. May sleep.
 */
void kes_walk_begin(void);
void kes_walk_end(void);

#endif /* KES_WALK_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: what the module is attached to.
 */
#ifndef KES_FEED_ATTACH_H
#define KES_FEED_ATTACH_H

#include <linux/bits.h>
#include <linux/tracepoint.h>

/*
 * The end of VMs is watched from the first time on that counting is on, as what
 * was seen then may come to its end at any time.
 */
#define KES_LIFE	BIT(31)

/* @group: KES_GROUP_COUNT, KES_GROUP_TIME or KES_LIFE; under kes_lock */
int kes_attach(u32 group);
void kes_detach(u32 group);
void kes_note_tracepoint(struct tracepoint *tp, void *unused);
void kes_forget_tracepoints(void);
bool kes_tracepoints_found(void);
void kes_choose_entry(bool one_arg);

#endif /* KES_FEED_ATTACH_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: attaching to tracepoints and functions.
 */
#ifndef KES_FEED_ATTACH_H
#define KES_FEED_ATTACH_H

#include <linux/bits.h>
#include <linux/tracepoint.h>

/*
 * Stays attached after counting is switched off, because VMs that were counted
 * may be destroyed at any time.
 */
#define KES_LIFE	BIT(31)

/* @group: KES_GROUP_COUNT, KES_GROUP_TIME or KES_LIFE; under kes_lock */
int kes_attach(u32 group);
void kes_detach(u32 group);
/* Add calls that the attached kprobes missed to the lost exits; kes_lock */
void kes_note_missed(void);
void kes_note_tracepoint(struct tracepoint *tp, void *unused);
void kes_forget_tracepoints(void);
bool kes_tracepoints_found(void);
void kes_choose_probes(u32 isa, bool one_arg_entry);

#endif /* KES_FEED_ATTACH_H */

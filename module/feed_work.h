/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the work item of the feed.
 */
#ifndef KES_FEED_WORK_H
#define KES_FEED_WORK_H

/* Not safe to call from probes: these sleep. */
int kes_probed_init(void);
void kes_probed_sync(void);
void kes_probed_exit(void);
void kes_probed_destroy_all(void);
unsigned int kes_probed_nr_vcpus(void);

#endif /* KES_FEED_WORK_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the binary snapshot, see <asm/kvm_exit_stats.h>.
 */
#ifndef KES_SNAPSHOT_H
#define KES_SNAPSHOT_H

#include <linux/types.h>

/* Return the size or -errno. The caller frees *buf with kvfree(). */
ssize_t kes_snapshot(void **buf);

#endif /* KES_SNAPSHOT_H */

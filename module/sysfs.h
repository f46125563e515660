/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: /sys/kernel/kvm_exit_stats/
 */
#ifndef KES_SYSFS_H
#define KES_SYSFS_H

int kes_sysfs_init(void);
void kes_sysfs_exit(void);

/* Create reasons/, when the type of the exit codes is known. */
void kes_sysfs_add_reasons(void);

#endif /* KES_SYSFS_H */

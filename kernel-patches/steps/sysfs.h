count    |/* SPDX-License-Identifier: GPL-2.0-only */
count    |/*
count    | * KVM exit statistics: /sys/kernel/kvm_exit_stats/
count    | */
count    |#ifndef KES_SYSFS_H
count    |#define KES_SYSFS_H
count    |
count    |int kes_sysfs_init(void);
count    |void kes_sysfs_exit(void);
values   |
values   |/* Create reasons/, when the type of the exit codes is known. */
values   |void kes_sysfs_add_reasons(void);
count    |
count    |#endif /* KES_SYSFS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: /sys/kernel/debug/kvm_exit_stats/
 */
#ifndef KES_DEBUGFS_H
#define KES_DEBUGFS_H

struct kes_vm;

void kes_debugfs_init(void);
void kes_debugfs_exit(void);
void kes_debugfs_add_vm(struct kes_vm *vm);
void kes_debugfs_remove_vm(struct kes_vm *vm);

#endif /* KES_DEBUGFS_H */

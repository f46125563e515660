snapshot |/* SPDX-License-Identifier: GPL-2.0-only */
snapshot |/*
snapshot | * KVM exit statistics: /sys/kernel/debug/kvm_exit_stats/
snapshot | */
snapshot |#ifndef KES_DEBUGFS_H
snapshot |#define KES_DEBUGFS_H
text     |
text     |struct kes_vm;
snapshot |
snapshot |void kes_debugfs_init(void);
snapshot |void kes_debugfs_exit(void);
text     |void kes_debugfs_add_vm(struct kes_vm *vm);
text     |void kes_debugfs_remove_vm(struct kes_vm *vm);
snapshot |
snapshot |#endif /* KES_DEBUGFS_H */

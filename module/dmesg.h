/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the table in the kernel log.
 */
#ifndef KES_DMESG_H
#define KES_DMESG_H

int kes_dmesg_print(void);
void kes_dmesg_init(void);
void kes_dmesg_exit(void);

#endif /* KES_DMESG_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: files in /sys and open files that the module looks at.
 */
#ifndef KES_FEED_FILES_H
#define KES_FEED_FILES_H

/* These sleep. */
unsigned int kes_count_vcpu_files(void);
/* Read a file with Y or N. Return 1, 0, or an error. */
int kes_read_switch(const char *path);

#endif /* KES_FEED_FILES_H */

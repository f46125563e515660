/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files and snapshots of the engine, read by fail-nth.c to verify that they agree.
 */
#ifndef STATE_H
#define STATE_H

#include <stdbool.h>

#define SYSFS		"/sys/kernel/kvm_exit_stats/"
#define DEBUGFS		"/sys/kernel/debug/kvm_exit_stats/"

/* The last file that was read */
extern unsigned long long buffer[1 << 20];
/* Something was wrong. */
extern bool inconsistent;

/* Print what is wrong after @operation. */
void complain(const char *operation, const char *what);

/* Return -1 with errno set if a call failed. */
int read_file(const char *name);
/* The same from the start of an open file. */
int read_again(int fd);
int write_file(const char *name, const char *value);

/* Fill the buffer; must not fail. */
void read_snapshot(void);

/*
 * The exits with @code of the newest VM of this process, in the snapshot that was
 * read last
 */
unsigned long long own_exits(unsigned long long code);

/* Compare this process's VMs in debugfs with a snapshot: no file may be stale. */
void check_files(const char *operation);

#endif /* STATE_H */

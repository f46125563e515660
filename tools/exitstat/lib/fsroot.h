/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small files of /proc and /sys, below a root that tests can replace, and
 * what they say about the machine.
 */
#ifndef EXITSTAT_FSROOT_H
#define EXITSTAT_FSROOT_H

#include "util.h"

/* Whole file (NULs kept) appended to @out. @path is absolute. -errno. */
int fsroot_read(const char *root, const char *path, struct buf *out);
/* Writes @text in one write(). -errno. */
int fsroot_write(const char *root, const char *path, const char *text);

/* First line of a file, without its newline; "" when unreadable. */
void fsroot_line(const char *root, const char *path, char *out, size_t size);

/*
 * Is the kernel locked down? @out is how: "integrity" or "confidentiality".
 * What cannot be read (no securityfs) is taken for no.
 */
bool fsroot_lockdown(const char *root, char *out, size_t size);

/* "model name" of /proc/cpuinfo; "unknown" when there is none. */
void fsroot_cpu_model(const char *root, char *out, size_t size);

#endif

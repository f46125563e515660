/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small files in /proc and /sys, below a root that tests can replace, and facts
 * about the machine from them.
 */
#ifndef EXITSTAT_FSROOT_H
#define EXITSTAT_FSROOT_H

#include "util.h"

/* Append a whole file, including NULs, to @out. @path is absolute. -errno. */
int fsroot_read(const char *root, const char *path, struct buf *out);
/* Write @text with one write(). -errno. */
int fsroot_write(const char *root, const char *path, const char *text);

/* The first line of a file, without its newline; "" if it is unreadable. */
void fsroot_line(const char *root, const char *path, char *out, size_t size);

/*
 * Return true if the kernel is locked down, and set @out to "integrity" or
 * "confidentiality". False if the level is unreadable (no securityfs).
 */
bool fsroot_lockdown(const char *root, char *out, size_t size);

/* "model name" from /proc/cpuinfo, or "unknown". */
void fsroot_cpu_model(const char *root, char *out, size_t size);

#endif

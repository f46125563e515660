/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small files in /proc and /sys, below a root that tests can replace, and facts
 * about the machine from them.
 */
#ifndef EXITSTAT_SYSROOT_H
#define EXITSTAT_SYSROOT_H

#include "util.h"

/* Append a whole file, including NULs, to @out. @path is absolute. -errno. */
int sysroot_read(const char *root, const char *path, struct buf *out);
/* A file descriptor for reading, or -errno. */
int sysroot_open(const char *root, const char *path);
/* Append a whole file from its begin, in calls of @room bytes up to a shorter one. */
int sysroot_read_fd(int fd, size_t room, struct buf *out);
/* Write @text with one write(). -errno. */
int sysroot_write(const char *root, const char *path, const char *text);

/* The first line of a file, without its newline; "" if it is unreadable. */
void sysroot_line(const char *root, const char *path, char *out, size_t size);

/*
 * Return true if the kernel is locked down, and set @out to "integrity" or
 * "confidentiality". False if the level is unreadable (no securityfs).
 */
bool sysroot_lockdown(const char *root, char *out, size_t size);

/* "model name" from /proc/cpuinfo, or "unknown". */
void sysroot_cpu_model(const char *root, char *out, size_t size);

#endif

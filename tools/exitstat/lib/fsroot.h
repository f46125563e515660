/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small files of /proc and /sys, below a root that tests can replace, and
 * what can be learned from them about a machine and its QEMU processes.
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

/*
 * The arguments of a process, as a vector of *nr strings in @b: free() the
 * vector and buf_free() @b. NULL when it is gone or has none.
 */
char **fsroot_args(const char *root, uint32_t pid, struct buf *b, size_t *nr);

/* The process's arguments joined by blanks; "" when it is gone. */
void fsroot_cmdline(const char *root, uint32_t pid, char *out, size_t size);

/*
 * QEMU's -name (or its guest= part) of a running process, else @fallback.
 */
void fsroot_vm_name(const char *root, uint32_t pid, const char *fallback,
		    char *out, size_t size);
/* QEMU's -uuid of a running process; "" without one. */
void fsroot_vm_uuid(const char *root, uint32_t pid, char *out, size_t size);
/* QEMU's -machine / -M type of a running process; -ESRCH: cannot tell. */
int fsroot_vm_machine(const char *root, uint32_t pid, char *out, size_t size);
/* As above, from an argument vector of @n strings. */
void fsroot_args_machine(char *const *args, size_t n, char *out, size_t size);

/* 1: @pid is @ancestor or descends from it; 0: no; -ESRCH: @pid is gone. */
int fsroot_descends(const char *root, uint32_t pid, uint32_t ancestor);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* What QEMU's arguments say of its VM. */
#ifndef EXITSTAT_QEMU_ARGS_H
#define EXITSTAT_QEMU_ARGS_H

#include "util.h"

/* -name (or its guest= part) of a running process, else @fallback. */
void qemu_name(const char *root, uint32_t pid, const char *fallback, char *out,
	       size_t size);
/* -uuid of a running process; "" without one. */
void qemu_uuid(const char *root, uint32_t pid, char *out, size_t size);
/* The type in -machine or -M of a running process; -ESRCH: cannot tell. */
int qemu_machine(const char *root, uint32_t pid, char *out, size_t size);
/* As above, from an argument vector of @n strings. */
void qemu_args_machine(char *const *args, size_t n, char *out, size_t size);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* QEMU's arguments, and what they say of its VM. */
#ifndef EXITSTAT_QEMU_ARGS_H
#define EXITSTAT_QEMU_ARGS_H

#include "util.h"

#define QEMU_ITEM_MAX	256

/* The name of an option, past one or two dashes; NULL when it is none. */
const char *qemu_option(const char *arg);
/*
 * The next item of "a,b=c,,d": copies it with ",," as ",", cut if it does not
 * fit. Returns the list behind it; NULL at the end.
 */
const char *qemu_next_item(const char *list, char *out, size_t size);
/*
 * The value of key=VALUE in @list, or, with @first, of a first item without a
 * key. False: there is none (or no list, as NULL), or it does not fit.
 */
bool qemu_item(const char *list, const char *key, bool first, char *out,
	       size_t size);

/* -name (or its guest= part) of a running process, else @fallback. */
void qemu_name(const char *root, uint32_t pid, const char *fallback, char *out,
	       size_t size);
/* -uuid of a running process; "" without one. */
void qemu_uuid(const char *root, uint32_t pid, char *out, size_t size);
/*
 * The type in -machine or -M of a running process, "default" if they have none.
 * -ESRCH: cannot tell.
 */
int qemu_machine(const char *root, uint32_t pid, char *out, size_t size);
/* As above, from an argument vector of @n strings. */
void qemu_args_machine(char *const *args, size_t n, char *out, size_t size);

#endif

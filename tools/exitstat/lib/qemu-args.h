/* SPDX-License-Identifier: GPL-2.0-only */
/* Facts about a VM from QEMU's arguments. */
#ifndef EXITSTAT_QEMU_ARGS_H
#define EXITSTAT_QEMU_ARGS_H

#include "util.h"

#define QEMU_ITEM_MAX	256

/* The name of an option, after one or two dashes; NULL if @arg is none. */
const char *qemu_option(const char *arg);
/*
 * Copy the next item of "a,b=c,,d", with ",," as ",", truncated to @size. Return
 * the rest of the list; NULL at the end.
 */
const char *qemu_next_item(const char *list, char *out, size_t size);
/*
 * Copy the value of key=VALUE in @list or, with @first, of a first item without a
 * key. False if there is none, if @list is NULL, or if it does not fit.
 */
bool qemu_item(const char *list, const char *key, bool first, char *out,
	       size_t size);

/* -name (or its guest= part) of a running process, or @fallback. */
void qemu_name(const char *root, uint32_t pid, const char *fallback, char *out,
	       size_t size);
/* -uuid of a running process; "" without one. */
void qemu_uuid(const char *root, uint32_t pid, char *out, size_t size);
/*
 * The type in -machine or -M of a running process, or "default". -ESRCH: the
 * process has ended.
 */
int qemu_machine(const char *root, uint32_t pid, char *out, size_t size);
/* The same, from an argument vector of @n strings. */
void qemu_args_machine(char *const *args, size_t n, char *out, size_t size);

#endif

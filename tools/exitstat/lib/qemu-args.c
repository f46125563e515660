// SPDX-License-Identifier: GPL-2.0-only
/* Implements qemu-args.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/proc.h"
#include "lib/qemu-args.h"

const char *qemu_option(const char *arg)
{
	if (arg[0] != '-')
		return NULL;
	return arg + (arg[1] == '-' ? 2 : 1);
}

const char *qemu_next_item(const char *list, char *out, size_t size)
{
	size_t len = 0;

	if (!list || !*list)
		return NULL;
	for (; *list; list++) {
		if (*list == ',' && *++list != ',')
			break;
		if (len + 1 < size)
			out[len++] = *list;
	}
	out[len] = '\0';
	return list;
}

bool qemu_item(const char *list, const char *key, bool first, char *out,
	       size_t size)
{
	size_t keylen = strlen(key);
	char item[QEMU_ITEM_MAX];

	for (bool is_first = true;
	     (list = qemu_next_item(list, item, sizeof(item))); is_first = false) {
		const char *value = NULL;

		if (!strncmp(item, key, keylen) && item[keylen] == '=')
			value = item + keylen + 1;
		else if (first && is_first && !strchr(item, '='))
			value = item;
		if (!value)
			continue;
		if (strlen(value) >= size)
			return false;
		strcpy(out, value);
		return true;
	}
	return false;
}

/* The value of an option; NULL if it is absent. */
static const char *option_value(char *const *args, size_t n, const char *opt)
{
	for (size_t i = 1; i + 1 < n; i++) {
		const char *name = qemu_option(args[i]);

		if (name && !strcmp(name, opt))
			return args[i + 1];
	}
	return NULL;
}

void qemu_name(const char *root, uint32_t pid, const char *fallback, char *out,
	       size_t size)
{
	struct proc_args a = proc_args(root, pid);
	const char *value = option_value(a.v, a.nr, "name");
	char name[QEMU_ITEM_MAX];

	if (!qemu_item(value, "guest", true, name, sizeof(name)))
		snprintf(name, sizeof(name), "%s", fallback);
	copy_printable(out, size, name);
	proc_args_free(&a);
}

void qemu_uuid(const char *root, uint32_t pid, char *out, size_t size)
{
	struct proc_args a = proc_args(root, pid);
	const char *uuid = option_value(a.v, a.nr, "uuid");

	copy_printable(out, size, uuid ? uuid : "");
	proc_args_free(&a);
}

void qemu_args_machine(char *const *args, size_t n, char *out, size_t size)
{
	const char *value = option_value(args, n, "machine");
	char type[QEMU_ITEM_MAX];

	if (!value)
		value = option_value(args, n, "M");
	if (!qemu_item(value, "type", true, type, sizeof(type)))
		strcpy(type, "default");
	copy_printable(out, size, type);
}

int qemu_machine(const char *root, uint32_t pid, char *out, size_t size)
{
	struct proc_args a = proc_args(root, pid);

	if (a.nr)
		qemu_args_machine(a.v, a.nr, out, size);
	proc_args_free(&a);
	return a.nr ? 0 : -ESRCH;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Implements qemu-args.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/proc.h"
#include "lib/qemu-args.h"

/* The value after an option given as -opt or --opt; NULL without it. */
static const char *option_value(char *const *args, size_t n, const char *opt)
{
	for (size_t i = 1; i + 1 < n; i++) {
		const char *a = args[i];

		if (a[0] != '-')
			continue;
		a += a[1] == '-' ? 2 : 1;
		if (!strcmp(a, opt))
			return args[i + 1];
	}
	return NULL;
}

/* "key=VALUE,..." or, for the leading key, just "VALUE,...". */
static void suboption(const char *list, const char *key, char *out,
		      size_t size)
{
	size_t keylen = strlen(key);
	const char *value = list;
	char *text;

	for (const char *p = list; p; p = strchr(p, ',')) {
		p += *p == ',';
		if (!strncmp(p, key, keylen) && p[keylen] == '=') {
			value = p + keylen + 1;
			break;
		}
	}
	text = xstrdup(value);
	text[strcspn(text, ",")] = '\0';
	copy_printable(out, size, text);
	free(text);
}

void qemu_name(const char *root, uint32_t pid, const char *fallback, char *out,
	       size_t size)
{
	struct buf b = { 0 };
	size_t nr;
	char **args = proc_args(root, pid, &b, &nr);
	const char *name = option_value(args, nr, "name");

	if (name)
		suboption(name, "guest", out, size);
	else
		copy_printable(out, size, fallback);
	free(args);
	buf_free(&b);
}

void qemu_uuid(const char *root, uint32_t pid, char *out, size_t size)
{
	struct buf b = { 0 };
	size_t nr;
	char **args = proc_args(root, pid, &b, &nr);
	const char *uuid = option_value(args, nr, "uuid");

	copy_printable(out, size, uuid ? uuid : "");
	free(args);
	buf_free(&b);
}

void qemu_args_machine(char *const *args, size_t n, char *out, size_t size)
{
	const char *machine = option_value(args, n, "machine");

	if (!machine)
		machine = option_value(args, n, "M");
	/* "-machine accel=kvm" names no type: QEMU takes its default then */
	if (!machine || (strchr(machine, '=') &&
			 !strstr(machine, "type=") &&
			 strcspn(machine, "=") < strcspn(machine, ",")))
		snprintf(out, size, "default");
	else
		suboption(machine, "type", out, size);
}

int qemu_machine(const char *root, uint32_t pid, char *out, size_t size)
{
	struct buf b = { 0 };
	size_t nr;
	char **args = proc_args(root, pid, &b, &nr);

	if (args)
		qemu_args_machine(args, nr, out, size);
	free(args);
	buf_free(&b);
	return nr ? 0 : -ESRCH;
}

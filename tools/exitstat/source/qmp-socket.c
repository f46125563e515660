// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements qmp-socket.h, for the options -qmp, -qmp-pretty, and -mon with
 * -chardev.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/qmp-socket.h"

/* Past one or two dashes; NULL when it is no option. */
static const char *option_name(const char *arg)
{
	if (arg[0] != '-')
		return NULL;
	return arg + (arg[1] == '-' ? 2 : 1);
}

/*
 * The next item of "a,b=c,,d": copies it with ",," as ",", cut if it does not
 * fit. NULL at the end.
 */
static const char *next_item(const char *list, char *out, size_t size)
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

/* The value of key=VALUE; a first item without a key is @first's. */
static bool find_item(const char *list, const char *key, bool first, char *out,
		      size_t size)
{
	size_t keylen = strlen(key);
	char item[256];

	for (bool is_first = true;
	     (list = next_item(list, item, sizeof(item))); is_first = false) {
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

/* Does it listen: "server", "server=on"? Else QEMU is the one who connects. */
static bool is_server(const char *list)
{
	char item[256], value[8];

	if (find_item(list, "server", false, value, sizeof(value)))
		return !strcmp(value, "on") || !strcmp(value, "yes");
	while ((list = next_item(list, item, sizeof(item))))
		if (!strcmp(item, "server"))
			return true;
	return false;
}

/* -qmp unix:PATH,server=on,wait=off */
static int from_qmp(const char *value, char path[QMP_PATH_MAX])
{
	char item[256];

	if (strncmp(value, "unix:", 5) || !is_server(value))
		return -ENOENT;
	next_item(value + 5, item, sizeof(item));
	if (!*item || strlen(item) >= QMP_PATH_MAX)
		return -ENOENT;
	strcpy(path, item);
	return 0;
}

/* -chardev socket,id=ID,path=PATH,server=on or fd=N, which libvirt has open */
static int from_chardev(char *const *args, size_t n, const char *id,
			char path[QMP_PATH_MAX])
{
	char text[64];

	for (size_t i = 1; i + 1 < n; i++) {
		const char *name = option_name(args[i]), *v = args[i + 1];

		if (!name || strcmp(name, "chardev") ||
		    strncmp(v, "socket,", 7) ||
		    !find_item(v, "id", false, text, sizeof(text)) ||
		    strcmp(text, id))
			continue;
		if (find_item(v, "fd", false, text, sizeof(text)))
			return -EBUSY;
		if (is_server(v) &&
		    find_item(v, "path", false, path, QMP_PATH_MAX))
			return 0;
	}
	return -ENOENT;
}

/* -mon chardev=ID,mode=control */
static int from_mon(char *const *args, size_t n, const char *value,
		    char path[QMP_PATH_MAX])
{
	char id[64], mode[16];

	if (!find_item(value, "mode", false, mode, sizeof(mode)) ||
	    strcmp(mode, "control") ||
	    !find_item(value, "chardev", true, id, sizeof(id)))
		return -ENOENT;
	return from_chardev(args, n, id, path);
}

int qmp_find_socket(char *const *args, size_t n, char path[QMP_PATH_MAX])
{
	int worst = -ENOENT;

	for (size_t i = 1; i + 1 < n; i++) {
		const char *name = option_name(args[i]);
		int rc = -ENOENT;

		if (!name)
			continue;
		if (!strcmp(name, "qmp") || !strcmp(name, "qmp-pretty"))
			rc = from_qmp(args[i + 1], path);
		else if (!strcmp(name, "mon"))
			rc = from_mon(args, n, args[i + 1], path);
		if (!rc)
			return 0;
		if (rc == -EBUSY)
			worst = rc;
	}
	return worst;
}

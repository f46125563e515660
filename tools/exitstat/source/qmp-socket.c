// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements qmp-socket.h, for the options -qmp, -qmp-pretty, and -mon with
 * -chardev.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/qemu-args.h"
#include "source/qmp-socket.h"

/* Whether it listens ("server", "server=on"); otherwise QEMU connects. */
static bool is_server(const char *list)
{
	char item[256], value[8];

	if (qemu_item(list, "server", false, value, sizeof(value)))
		return !strcmp(value, "on") || !strcmp(value, "yes");
	while ((list = qemu_next_item(list, item, sizeof(item))))
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
	qemu_next_item(value + 5, item, sizeof(item));
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
		const char *name = qemu_option(args[i]), *v = args[i + 1];

		if (!name || strcmp(name, "chardev") ||
		    strncmp(v, "socket,", 7) ||
		    !qemu_item(v, "id", false, text, sizeof(text)) ||
		    strcmp(text, id))
			continue;
		if (qemu_item(v, "fd", false, text, sizeof(text)))
			return -EBUSY;
		if (is_server(v) &&
		    qemu_item(v, "path", false, path, QMP_PATH_MAX))
			return 0;
	}
	return -ENOENT;
}

/* -mon chardev=ID,mode=control */
static int from_mon(char *const *args, size_t n, const char *value,
		    char path[QMP_PATH_MAX])
{
	char id[64], mode[16];

	if (!qemu_item(value, "mode", false, mode, sizeof(mode)) ||
	    strcmp(mode, "control") ||
	    !qemu_item(value, "chardev", true, id, sizeof(id)))
		return -ENOENT;
	return from_chardev(args, n, id, path);
}

int qmp_find_socket(char *const *args, size_t n, char path[QMP_PATH_MAX])
{
	int worst = -ENOENT;

	for (size_t i = 1; i + 1 < n; i++) {
		const char *name = qemu_option(args[i]);
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

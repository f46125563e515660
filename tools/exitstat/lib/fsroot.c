// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements fsroot.h: reading /proc and /sys below a root directory.
 *
 * Owns the reading of QEMU's arguments. Never decides what an error means;
 * callers do.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fsroot.h"

static int open_at_root(const char *root, const char *path, int flags)
{
	char *full = xasprintf("%s%s", root, path);
	int fd = open(full, flags | O_CLOEXEC);
	int rc = fd < 0 ? -errno : fd;

	free(full);
	return rc;
}

/* Most files are a line; the kernel's snapshot is filled in very few calls. */
#define SMALL	4096
#define CHUNK	(256 * 1024)

int fsroot_read(const char *root, const char *path, struct buf *out)
{
	int fd = open_at_root(root, path, O_RDONLY);
	size_t room = SMALL;
	ssize_t n;

	if (fd < 0)
		return fd;
	do {
		n = read(fd, buf_room(out, room), room);
		if (n > 0)
			out->len += (size_t)n;
		room = CHUNK;
	} while (n > 0 || (n < 0 && errno == EINTR));
	n = n < 0 ? -errno : 0;
	buf_append(out, "", 0);
	close(fd);
	return (int)n;
}

int fsroot_write(const char *root, const char *path, const char *text)
{
	int fd = open_at_root(root, path, O_WRONLY | O_TRUNC);
	ssize_t n;
	int rc;

	if (fd < 0)
		return fd;
	n = write(fd, text, strlen(text));
	rc = n < 0 ? -errno : 0;
	if (close(fd) && !rc)
		rc = -errno;
	return rc;
}

void fsroot_line(const char *root, const char *path, char *out, size_t size)
{
	struct buf b = { 0 };

	out[0] = '\0';
	if (!fsroot_read(root, path, &b) && b.len) {
		b.data[strcspn(b.data, "\n")] = '\0';
		copy_printable(out, size, b.data);
	}
	buf_free(&b);
}

/* "none [integrity] confidentiality": the level in brackets is the one. */
bool fsroot_lockdown(const char *root, char *out, size_t size)
{
	char line[128], *level;

	fsroot_line(root, "/sys/kernel/security/lockdown", line, sizeof(line));
	level = strchr(line, '[');
	snprintf(out, size, "%s", level ? level + 1 : "none");
	out[strcspn(out, "]")] = '\0';
	return strcmp(out, "none");
}

void fsroot_cpu_model(const char *root, char *out, size_t size)
{
	struct buf b = { 0 };
	char *line;

	snprintf(out, size, "unknown");
	if (!fsroot_read(root, "/proc/cpuinfo", &b) && b.len) {
		line = strstr(b.data, "model name");
		if (line)
			line = strchr(line, ':');
		if (line) {
			line += strspn(line, ": \t");
			line[strcspn(line, "\n")] = '\0';
			copy_printable(out, size, line);
		}
	}
	buf_free(&b);
}

char **fsroot_args(const char *root, uint32_t pid, struct buf *b, size_t *nr)
{
	char path[64], **args = NULL;
	size_t cap = 0, n = 0;

	*nr = 0;
	snprintf(path, sizeof(path), "/proc/%u/cmdline", pid);
	if (fsroot_read(root, path, b) || !b->len)
		return NULL;
	for (size_t off = 0; off < b->len; off += strlen(b->data + off) + 1) {
		args = vec_room(args, n, &cap, sizeof(*args));
		args[n++] = b->data + off;
	}
	*nr = n;
	return args;
}

void fsroot_cmdline(const char *root, uint32_t pid, char *out, size_t size)
{
	struct buf b = { 0 }, line = { 0 };
	size_t nr;
	char **args = fsroot_args(root, pid, &b, &nr);

	for (size_t i = 0; i < nr; i++)
		buf_printf(&line, "%s%s", i ? " " : "", args[i]);
	copy_printable(out, size, line.data ? line.data : "");
	free(args);
	buf_free(&line);
	buf_free(&b);
}

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

void fsroot_vm_name(const char *root, uint32_t pid, const char *fallback,
		    char *out, size_t size)
{
	struct buf b = { 0 };
	size_t nr;
	char **args = fsroot_args(root, pid, &b, &nr);
	const char *name = option_value(args, nr, "name");

	if (name)
		suboption(name, "guest", out, size);
	else
		copy_printable(out, size, fallback);
	free(args);
	buf_free(&b);
}

void fsroot_vm_uuid(const char *root, uint32_t pid, char *out, size_t size)
{
	struct buf b = { 0 };
	size_t nr;
	char **args = fsroot_args(root, pid, &b, &nr);
	const char *uuid = option_value(args, nr, "uuid");

	copy_printable(out, size, uuid ? uuid : "");
	free(args);
	buf_free(&b);
}

void fsroot_args_machine(char *const *args, size_t n, char *out, size_t size)
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

int fsroot_vm_machine(const char *root, uint32_t pid, char *out, size_t size)
{
	struct buf b = { 0 };
	size_t nr;
	char **args = fsroot_args(root, pid, &b, &nr);

	if (args)
		fsroot_args_machine(args, nr, out, size);
	free(args);
	buf_free(&b);
	return nr ? 0 : -ESRCH;
}

/* The parent's pid, from after the last ')' as comm may contain any. */
static int parent_of(const char *root, uint32_t pid, uint32_t *ppid)
{
	struct buf b = { 0 };
	char path[64], *p;
	int rc = -ESRCH;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	if (!fsroot_read(root, path, &b) && b.len) {
		p = strrchr(b.data, ')');
		if (p && sscanf(p, ") %*c %u", ppid) == 1)
			rc = 0;
	}
	buf_free(&b);
	return rc;
}

int fsroot_descends(const char *root, uint32_t pid, uint32_t ancestor)
{
	int rc = pid ? 0 : -ESRCH;

	/* A chain cannot be longer than there are pids; a fake one could. */
	for (int depth = 0; !rc && depth < 4096; depth++) {
		if (pid == ancestor)
			return 1;
		if (pid <= 1)
			return 0;
		rc = parent_of(root, pid, &pid);
	}
	return rc;
}

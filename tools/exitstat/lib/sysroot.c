// SPDX-License-Identifier: GPL-2.0-only
/* Implements sysroot.h. Callers decide what an error means. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/sysroot.h"

static int open_at_root(const char *root, const char *path, int flags)
{
	char *full = xasprintf("%s%s", root, path);
	int fd = open(full, flags | O_CLOEXEC);
	int rc = fd < 0 ? -errno : fd;

	free(full);
	return rc;
}

/* Most files are one line. The kernel's snapshot takes few calls of CHUNK. */
#define SMALL	4096
#define CHUNK	(256 * 1024)

int sysroot_read(const char *root, const char *path, struct buf *out)
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

int sysroot_open(const char *root, const char *path)
{
	return open_at_root(root, path, O_RDONLY);
}

int sysroot_read_fd(int fd, size_t room, struct buf *out)
{
	size_t begin = out->len;
	ssize_t n;

	do {
		n = pread(fd, buf_room(out, room), room,
			  (off_t)(out->len - begin));
		if (n > 0)
			out->len += (size_t)n;
	} while (n == (ssize_t)room || (n < 0 && errno == EINTR));
	return n < 0 ? -errno : 0;
}

int sysroot_write(const char *root, const char *path, const char *text)
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

void sysroot_line(const char *root, const char *path, char *out, size_t size)
{
	struct buf b = { 0 };

	out[0] = '\0';
	if (!sysroot_read(root, path, &b) && b.len) {
		b.data[strcspn(b.data, "\n")] = '\0';
		copy_printable(out, size, b.data);
	}
	buf_free(&b);
}

/* "none [integrity] confidentiality": the level in brackets is active. */
bool sysroot_lockdown(const char *root, char *out, size_t size)
{
	char line[128], *level;

	sysroot_line(root, "/sys/kernel/security/lockdown", line, sizeof(line));
	level = strchr(line, '[');
	snprintf(out, size, "%s", level ? level + 1 : "none");
	out[strcspn(out, "]")] = '\0';
	return strcmp(out, "none");
}

void sysroot_cpu_model(const char *root, char *out, size_t size)
{
	struct buf b = { 0 };
	char *line;

	snprintf(out, size, "unknown");
	if (!sysroot_read(root, "/proc/cpuinfo", &b) && b.len) {
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

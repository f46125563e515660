/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of a fake machine in a temporary root, for unit tests. */
#ifndef TESTS_ROOT_FIXTURE_H
#define TESTS_ROOT_FIXTURE_H

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

#include "unit.h"


/* Return the path below @root and create its directories; the caller frees it. */
static inline char *make_path(const char *root, const char *path)
{
	char *full = xasprintf("%s%s", root, path);

	for (char *p = full + strlen(root) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(full, 0755);
		*p = '/';
	}
	return full;
}

/* Write @len bytes of @text; put() writes a string. */
static inline void put_bytes(const char *root, const char *path,
			     const char *text, size_t len)
{
	char *full = make_path(root, path);
	int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
	free(full);
}

static inline void put(const char *root, const char *path, const char *text)
{
	put_bytes(root, path, text, strlen(text));
}

/* put() with a formatted path. */
static inline void put_at(const char *root, const char *text,
			  const char *fmt, ...)
{
	char path[128];
	va_list args;

	va_start(args, fmt);
	vsnprintf(path, sizeof(path), fmt, args);
	va_end(args);
	put(root, path, text);
}

static inline int remove_one(const char *path, const struct stat *st UNUSED,
			     int type UNUSED, struct FTW *ftw UNUSED)
{
	return remove(path);
}

/* Remove a file, or a directory with its contents. */
static inline void remove_all(const char *root, const char *path)
{
	char *full = xasprintf("%s%s", root, path);

	nftw(full, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(full);
}

/* Create an empty root; remove_root() removes it. */
static inline char *make_root(void)
{
	char *root = xstrdup("/tmp/exitstat-test-XXXXXX");

	assert_non_null(mkdtemp(root));
	return root;
}

static inline void remove_root(char *root)
{
	remove_all(root, "");
	free(root);
}

#endif

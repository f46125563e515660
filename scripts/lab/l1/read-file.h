/* SPDX-License-Identifier: GPL-2.0-only */
/* Read a file of the kernel from offset 0 to its end; ends the program if that fails. */
#ifndef READ_FILE_H
#define READ_FILE_H

#include <err.h>
#include <stddef.h>
#include <unistd.h>

/* Returns the number of bytes, at most @size. */
static inline size_t read_file(int fd, void *data, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while ((n = pread(fd, (char *)data + len, size - len, (off_t)len)) > 0)
		len += (size_t)n;
	if (n < 0)
		err(1, "read");
	return len;
}

#endif /* READ_FILE_H */

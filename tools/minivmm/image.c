// SPDX-License-Identifier: GPL-2.0-only
/* Implements image.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"

static int read_all(struct image *image, int fd, struct errbuf *err)
{
	size_t at = 0;

	image->data = xcalloc(1, image->len);
	while (at < image->len) {
		ssize_t n = read(fd, image->data + at, image->len - at);

		if (n > 0)
			at += (size_t)n;
		else if (!n || errno != EINTR)
			break;
	}
	if (at == image->len)
		return 0;
	free(image->data);
	image->data = NULL;
	return err_set(err, -EIO, "%s: cannot read the whole file", image->name);
}

int image_read(struct image *image, const char *name, size_t max,
	       struct errbuf *err)
{
	struct stat st;
	int rc, fd = open(name, O_RDONLY | O_CLOEXEC);

	*image = (struct image) { .name = name };
	if (fd < 0)
		return err_set(err, -errno, "%s: %m", name);
	if (fstat(fd, &st))
		rc = err_set(err, -errno, "%s: %m", name);
	else if (!S_ISREG(st.st_mode))
		rc = err_set(err, -EINVAL, "%s: not a regular file", name);
	else if (!st.st_size)
		rc = err_set(err, -EINVAL, "%s: empty", name);
	else if ((uint64_t)st.st_size > max)
		rc = err_set(err, -EFBIG, "%s: %lld bytes, more than the maximum of %zu",
			     name, (long long)st.st_size, max);
	else {
		image->len = (size_t)st.st_size;
		rc = read_all(image, fd, err);
	}
	close(fd);
	return rc;
}

int image_bad(const struct image *image, const char *kind, const char *what,
	      struct errbuf *err)
{
	return err_set(err, -EINVAL, "%s: invalid %s: %s", image->name, kind, what);
}

uint32_t image_word(const struct image *image, size_t at)
{
	const uint8_t *p = image->data + at;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

size_t image_find(const struct image *image, uint32_t magic, size_t words,
		  size_t within)
{
	size_t end = image->len < within ? image->len : within;

	for (size_t at = 0; at + 4 * words <= end; at += 4) {
		uint32_t sum = 0;

		for (size_t i = 0; i < words; i++)
			sum += image_word(image, at + 4 * i);
		if (!sum && image_word(image, at) == magic)
			return at;
	}
	return image->len;
}

// SPDX-License-Identifier: GPL-2.0-only
/* The table of formats; reads the lines of a file and passes them to a parser. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"

#define MAX_LINE	(1 << 20)

const struct import_format *const import_formats[] = {
	&import_kvm_stat, &import_report, &import_script,
};
const size_t import_nr_formats = ARRAY_LEN(import_formats);

static const struct import_format *format_of(const char *line)
{
	for (size_t i = 0; i < import_nr_formats; i++)
		if (import_formats[i]->is(line))
			return import_formats[i];
	return NULL;
}

static int one_line(struct import *im, char *line, size_t len,
		    const struct import_format **format, struct errbuf *err)
{
	if (len > MAX_LINE || strlen(line) != len)
		return err_set(err, -EINVAL, "not a text file");
	while (len && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		line[--len] = '\0';
	if (!*format)
		*format = format_of(line);
	return *format ? (*format)->line(im, line, err) : 0;
}

static int no_format(const char *path, struct errbuf *err)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < import_nr_formats; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", import_formats[i]->name);
	err_set(err, -EINVAL, "%.200s: unknown format (one of %s)",
		path, b.data);
	buf_free(&b);
	return -EINVAL;
}

int import_read(struct import *im, FILE *f, const char *path,
		const struct import_format **format, struct errbuf *err)
{
	struct errbuf why;
	size_t cap = 0, nr = 0;
	char *line = NULL, text[250];	/* may quote any text */
	ssize_t len;
	int rc = 0;

	while (!rc && (len = getline(&line, &cap, f)) >= 0) {
		nr++;
		rc = one_line(im, line, (size_t)len, format, &why);
	}
	free(line);
	copy_printable(text, sizeof(text), rc ? why.text : "");
	if (rc)
		return err_set(err, rc, "%.200s:%zu: %s", path, nr, text);
	if (ferror(f))
		return err_set(err, -EIO, "%.200s: %s", path, strerror(errno));
	if (!*format)
		return no_format(path, err);
	rc = (*format)->end ? (*format)->end(im, &why) : 0;
	if (!rc && !im->nr_counts)
		rc = err_set(&why, -ENODATA, "no exits");
	return rc ? err_set(err, rc, "%.200s: %.250s", path, why.text) : 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Implements outfile.h with a temporary file and rename(). */
#include <errno.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/outfile.h"

int outfile_open(struct outfile *o, const char *path, struct errbuf *err)
{
	mode_t mask;
	int fd;

	memset(o, 0, sizeof(*o));
	if (!path || !strcmp(path, "-")) {
		o->f = stdout;
		return 0;
	}
	o->path = path;
	o->tmp = xasprintf("%s.XXXXXX", path);
	fd = mkstemp(o->tmp);
	if (fd < 0) {
		int rc = -errno;

		free(o->tmp);
		o->tmp = NULL;
		return err_set(err, rc, "%s: cannot create: %s", path,
			       strerror(-rc));
	}
	mask = umask(0);
	umask(mask);
	fchmod(fd, 0666 & ~mask);
	o->f = fdopen(fd, "w");
	return 0;
}

int outfile_commit(struct outfile *o, struct errbuf *err)
{
	const char *what = o->path ? o->path : "standard output";
	int rc = 0;

	if (ferror(o->f) || fflush(o->f))
		rc = -(errno ? errno : EIO);
	if (!o->path)
		goto out;
	if (!rc && fsync(fileno(o->f)))
		rc = -errno;
	if (fclose(o->f) && !rc)
		rc = -errno;
	o->f = NULL;
	if (!rc && rename(o->tmp, o->path))
		rc = -errno;
	if (!rc) {
		free(o->tmp);
		o->tmp = NULL;
	}
out:
	if (rc && o->f == stdout)
		outfile_drop_stdout();
	outfile_abort(o);
	return rc ? err_set(err, rc, "%s: cannot write: %s", what,
			    strerror(-rc)) : 0;
}

void outfile_drop_stdout(void)
{
	__fpurge(stdout);
	clearerr(stdout);
}

void outfile_abort(struct outfile *o)
{
	if (o->f && o->f != stdout)
		fclose(o->f);
	o->f = NULL;
	if (o->tmp)
		unlink(o->tmp);
	free(o->tmp);
	o->tmp = NULL;
}

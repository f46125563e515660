/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that appears under its name only when it is complete.
 *
 * Everything goes to a temporary file in the same directory, which replaces
 * the final name at commit. Recordings do not use this: they must stay
 * readable after a crash and have a protocol of their own (recording/write.c).
 */
#ifndef EXITSTAT_OUTFILE_H
#define EXITSTAT_OUTFILE_H

#include <stdio.h>

#include "util.h"

struct outfile {
	FILE *f;
	const char *path;	/* NULL: standard output */
	char *tmp;
};

/* @path NULL or "-" is standard output. @path must outlive @o. */
int outfile_open(struct outfile *o, const char *path, struct errbuf *err);
/* Flushes, syncs and renames. On error the temporary file is gone. */
int outfile_commit(struct outfile *o, struct errbuf *err);
/* Forgets everything written. Harmless after outfile_commit(). */
void outfile_abort(struct outfile *o);
/* Its error is told: what stdout still holds is not tried again at exit. */
void outfile_drop_stdout(void);

#endif

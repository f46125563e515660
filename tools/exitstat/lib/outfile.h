/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An output file that appears under its name when it is complete.
 *
 * Output is written to a temporary file in the same directory, which is renamed
 * on commit. Recordings do not use this: they must be readable after a crash
 * (recording/write.c).
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
/* Flush, sync and rename. On an error, remove the temporary file. */
int outfile_commit(struct outfile *o, struct errbuf *err);
/* Discard the output. Does nothing after outfile_commit(). */
void outfile_abort(struct outfile *o);
/* After a reported error of stdout: drop its buffer, so that exit() does not retry. */
void outfile_drop_stdout(void);

#endif

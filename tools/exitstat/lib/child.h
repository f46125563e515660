/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The recorded command: started with its standard output through a pipe,
 * passed on by the caller, and reaped with everything it leaves behind.
 */
#ifndef EXITSTAT_CHILD_H
#define EXITSTAT_CHILD_H

#include <sys/types.h>

#include "util.h"

struct child {
	pid_t pid;
	int out;		/* read end of its standard output, -1: closed */
	bool ended;
	int status;		/* of waitpid(), once ended */
};

/*
 * Runs @argv (NULL-terminated) by PATH. Returns once it has been executed:
 * -errno with a line in @err when it could not be. stdin and stderr are
 * inherited, signals are as at our own start.
 */
int child_start(struct child *c, char *const argv[], struct errbuf *err);
/* Reaps whoever ended; sets ended and status for the command itself. */
void child_reap(struct child *c);
/* "exited with status 1", "was killed by SIGTERM (15)" */
void child_describe(const struct child *c, char *out, size_t size);

#endif

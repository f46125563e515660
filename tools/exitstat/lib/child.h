/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The recorded command. Its standard output is a pipe, which the caller passes on;
 * it is reaped together with the processes that it orphans.
 */
#ifndef EXITSTAT_CHILD_H
#define EXITSTAT_CHILD_H

#include <sys/types.h>

#include "util.h"

struct child {
	pid_t pid;
	int out;		/* read end of the pipe; -1: closed */
	bool ended;
	int status;		/* from waitpid(), once ended */
};

/*
 * Run @argv (NULL-terminated, searched in PATH) and return after exec. -errno
 * with a line in @err if exec failed. stdin and stderr are inherited; signals are
 * as they were when exitstat started.
 */
int child_start(struct child *c, char *const argv[], struct errbuf *err);
/* Reap all children that have ended. If the command has, set ended and status. */
void child_reap(struct child *c);
/* Format "exited with status 1" or "was killed by SIGTERM (15)". */
void child_describe(const struct child *c, char *out, size_t size);

#endif

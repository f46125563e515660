// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements child.h.
 *
 * A second, close-on-exec pipe reports the errno of a failed exec; a successful
 * exec closes it. exitstat is a child subreaper, so that a daemonized QEMU stays
 * its descendant.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/loop.h"

static void run_child(char *const argv[], int out, int report)
{
	int rc;

	loop_leave_signals();
	if (dup2(out, STDOUT_FILENO) >= 0)
		execvp(argv[0], argv);
	rc = errno;
	while (write(report, &rc, sizeof(rc)) < 0 && errno == EINTR)
		;
	_exit(127);
}

/* 0 if exec closed the report pipe, otherwise -errno of the child. */
static int wait_exec(int report)
{
	int rc = 0;
	ssize_t n;

	do
		n = read(report, &rc, sizeof(rc));
	while (n < 0 && errno == EINTR);
	return n == sizeof(rc) ? -rc : 0;
}

static int open_pipes(int out[2], int report[2])
{
	int rc;

	if (pipe2(out, O_CLOEXEC))
		return -errno;
	if (!pipe2(report, O_CLOEXEC))
		return 0;
	rc = -errno;
	close(out[0]);
	close(out[1]);
	return rc;
}

static int fork_child(struct child *c, char *const argv[])
{
	int out[2], report[2], rc;

	rc = open_pipes(out, report);
	if (rc)
		return rc;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	c->pid = fork();
	rc = c->pid < 0 ? -errno : 0;
	if (!c->pid)
		run_child(argv, out[1], report[1]);
	close(out[1]);
	close(report[1]);
	if (!rc)
		rc = wait_exec(report[0]);
	close(report[0]);
	c->out = out[0];
	if (rc) {
		close(c->out);
		c->out = -1;
		if (c->pid > 0)
			waitpid(c->pid, NULL, 0);
		return rc;
	}
	fcntl(c->out, F_SETFL, O_NONBLOCK);
	return 0;
}

int child_start(struct child *c, char *const argv[], struct errbuf *err)
{
	int rc;

	memset(c, 0, sizeof(*c));
	c->out = -1;
	rc = fork_child(c, argv);
	if (!rc)
		return 0;
	return err_set(err, rc, "%s: cannot start the command: %s%s", argv[0],
		       strerror(-rc), rc == -ENOENT ?
		       " (is it installed and in PATH?)" : "");
}

void child_reap(struct child *c)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == c->pid) {
			c->ended = true;
			c->status = status;
		}
}

void child_describe(const struct child *c, char *out, size_t size)
{
	if (WIFSIGNALED(c->status))
		snprintf(out, size, "was killed by SIG%s (%d)",
			 sigabbrev_np(WTERMSIG(c->status)),
			 WTERMSIG(c->status));
	else
		snprintf(out, size, "exited with status %d",
			 WEXITSTATUS(c->status));
}

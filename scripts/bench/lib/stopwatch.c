// SPDX-License-Identifier: GPL-2.0-only
/*
 * stopwatch COMMAND...: run it, discard its output, and print the elapsed time in
 * nanoseconds (CLOCK_MONOTONIC). The status is the command's, or 128 plus the number
 * of the signal that killed it.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void run(char **argv)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		err(EXIT_FAILURE, "/dev/null");
	execvp(argv[0], argv);
	err(127, "%s", argv[0]);
}

int main(int argc, char **argv)
{
	long long begin_ns = now_ns();
	int status;
	pid_t pid;

	if (argc < 2)
		errx(2, "usage: stopwatch COMMAND...");
	pid = fork();
	if (pid < 0)
		err(EXIT_FAILURE, "fork");
	if (!pid)
		run(argv + 1);
	if (waitpid(pid, &status, 0) < 0)
		err(EXIT_FAILURE, "waitpid");
	printf("%lld\n", now_ns() - begin_ns);
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

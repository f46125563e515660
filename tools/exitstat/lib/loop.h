/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event loop of commands that run until they are stopped: a periodic timer,
 * file descriptors and signals, in one thread.
 *
 * Signals are blocked outside of loop_wait() and only set flags, which the caller
 * reads and clears. They interrupt nothing, and the caller's loop has one exit.
 *
 * A process has at most one loop at a time, because signals belong to the process.
 */
#ifndef EXITSTAT_LOOP_H
#define EXITSTAT_LOOP_H

#include <poll.h>
#include <signal.h>

#include "clock.h"
#include "lib/ticker.h"
#include "util.h"

#define LOOP_MAX_FDS	16
#define LOOP_NEVER	UINT64_MAX	/* no deadline */

typedef void (*loop_fn)(void *arg, short events);

struct loop {
	const struct clock *clock;
	struct ticker ticker;
	sigset_t mask;		/* in loop_wait() */
	nfds_t nr;
	struct pollfd fds[1 + LOOP_MAX_FDS];	/* the first is a timer */
	struct loop_handler {
		loop_fn fn;
		void *arg;
	} handlers[1 + LOOP_MAX_FDS];
};

/*
 * Make loop_stopped() report SIGINT, SIGTERM and SIGHUP, and ignore SIGPIPE and
 * SIGXFSZ, so that a closed pipe or a full disk is an error of write(). -errno
 * with a line in @err.
 */
int loop_open(struct loop *l, const struct clock *clock, struct errbuf *err);
/* Keep the signal handlers, so that the rest of the command is not interrupted. */
void loop_close(struct loop *l);
/* In a new process, before exec: restore the signals. */
void loop_leave_signals(void);

/* Make loop_stopped() report another signal. */
void loop_stop_by(struct loop *l, int sig);
/* Make loop_child_ended() report SIGCHLD. */
void loop_watch_children(struct loop *l);
/* Let a signal, whose handler the caller installs, arrive only in loop_wait(). */
void loop_woken_by(struct loop *l, int sig);

/* Call @fn in loop_wait() when @fd is readable. NULL: only end the wait. */
void loop_add(struct loop *l, int fd, loop_fn fn, void *arg);
/* Does nothing if @fd was not added. A loop_fn may call it. */
void loop_remove(struct loop *l, int fd);

uint64_t loop_now_ns(const struct loop *l);
/* Start ticks, the first one @interval_ns from now. Returns the time. */
uint64_t loop_every(struct loop *l, uint64_t interval_ns);

/*
 * Wait for a descriptor, a signal or the next tick, at most until @until_ns, and
 * call the functions of ready descriptors. -errno if the wait failed.
 */
int loop_wait(struct loop *l, uint64_t until_ns);

/* True if a tick is due, until loop_next_tick() is called. */
bool loop_tick_due(const struct loop *l);
/* Finish the tick. Returns the number of deadlines missed since. */
uint64_t loop_next_tick(struct loop *l);

/*
 * Return the stop signal that arrived since the last call, or 0. Sets *@from_tty,
 * if not NULL: the terminal sent it, to the whole process group.
 */
int loop_stopped(bool *from_tty);
/* True if a child has ended since the last call. */
bool loop_child_ended(void);

#endif

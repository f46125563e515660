/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event loop of what runs until it is stopped: a periodic timer, file
 * descriptors and signals, in one thread.
 *
 * Signals are blocked outside of loop_wait() and only set flags, which the
 * caller takes when it is ready for them. So nothing is interrupted half done,
 * and the end of the caller's loop is the one way out.
 *
 * There is one loop at a time in a process, as signals are the process's.
 */
#ifndef EXITSTAT_LOOP_H
#define EXITSTAT_LOOP_H

#include <poll.h>
#include <signal.h>

#include "clock.h"
#include "lib/ticker.h"
#include "util.h"

#define LOOP_MAX_FDS	16
#define LOOP_NEVER	UINT64_MAX	/* a deadline that does not come */

typedef void (*loop_fn)(void *arg, short events);

struct loop {
	const struct clock *clock;
	struct ticker ticker;
	sigset_t mask;		/* while it waits */
	nfds_t nr;
	struct pollfd fds[1 + LOOP_MAX_FDS];	/* the first is a timer */
	struct loop_handler {
		loop_fn fn;
		void *arg;
	} handlers[1 + LOOP_MAX_FDS];
};

/*
 * From here on SIGINT, SIGTERM and SIGHUP are for loop_stopped(), and SIGPIPE
 * and SIGXFSZ are ignored: a reader or a disk that went away is an error, not
 * the end. -errno with a line in @err.
 */
int loop_open(struct loop *l, const struct clock *clock, struct errbuf *err);
/* Signals stay as they are: what comes last is not to be interrupted either. */
void loop_close(struct loop *l);
/* In a new process, before exec: signals as they are without a loop. */
void loop_leave_signals(void);

/* Another signal that stops. */
void loop_stop_by(struct loop *l, int sig);
/* SIGCHLD is for loop_child_ended(). */
void loop_watch_children(struct loop *l);
/* A signal that has a handler, which is to run only while the loop waits. */
void loop_woken_by(struct loop *l, int sig);

/* Calls @fn in loop_wait() when @fd can be read. NULL: only ends the wait. */
void loop_add(struct loop *l, int fd, loop_fn fn, void *arg);
/* Harmless when @fd is not there. @fn may do it. */
void loop_remove(struct loop *l, int fd);

uint64_t loop_now_ns(const struct loop *l);
/* Ticks begin, the first @interval_ns after now, which is returned. */
uint64_t loop_every(struct loop *l, uint64_t interval_ns);

/*
 * Waits for a descriptor, a signal, the next tick or until @until_ns, and calls
 * whose descriptors are ready. -errno: it could not wait.
 */
int loop_wait(struct loop *l, uint64_t until_ns);

/* Is it time for a tick? It stays so until loop_next_tick(). */
bool loop_tick_due(const struct loop *l);
/* The tick has been served: returns how many others were missed by now. */
uint64_t loop_next_tick(struct loop *l);

/*
 * The signal that asked to stop since the last call, or 0. @from_tty, unless it
 * is NULL: from the terminal, which sends it to the whole process group.
 */
int loop_stopped(bool *from_tty);
/* Has a child ended since the last call? */
bool loop_child_ended(void);

#endif

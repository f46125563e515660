// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements loop.h with ppoll(), which unblocks signals while it waits, and a
 * timerfd, which has the precision of the kernel's timers.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lib/loop.h"

static volatile sig_atomic_t stopped_by;
static volatile sig_atomic_t stopped_from_tty;
static volatile sig_atomic_t child_ended;

static void on_stop(int sig, siginfo_t *info, void *context)
{
	(void)context;
	stopped_from_tty = info->si_code == SI_KERNEL;
	stopped_by = sig;
}

static void on_child(int sig)
{
	(void)sig;
	child_ended = 1;
}

static void block(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

void loop_woken_by(struct loop *l, int sig)
{
	block(sig);
	sigdelset(&l->mask, sig);
}

void loop_stop_by(struct loop *l, int sig)
{
	struct sigaction sa = { .sa_sigaction = on_stop,
				.sa_flags = SA_SIGINFO };

	sigaction(sig, &sa, NULL);
	loop_woken_by(l, sig);
}

void loop_watch_children(struct loop *l)
{
	struct sigaction sa = { .sa_handler = on_child };

	sigaction(SIGCHLD, &sa, NULL);
	loop_woken_by(l, SIGCHLD);
}

void loop_leave_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
}

int loop_open(struct loop *l, const struct clock *clock, struct errbuf *err)
{
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	if (timer < 0)
		return err_set(err, -errno, "timerfd: %s", strerror(errno));
	*l = (struct loop) { .clock = clock, .nr = 1 };
	l->ticker.next_ns = LOOP_NEVER;
	l->fds[0] = (struct pollfd) { .fd = timer, .events = POLLIN };
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	sigprocmask(SIG_BLOCK, NULL, &l->mask);
	loop_stop_by(l, SIGINT);
	loop_stop_by(l, SIGTERM);
	loop_stop_by(l, SIGHUP);
	return 0;
}

void loop_close(struct loop *l)
{
	close(l->fds[0].fd);
	l->fds[0].fd = -1;
}

void loop_add(struct loop *l, int fd, loop_fn fn, void *arg)
{
	assert(l->nr < ARRAY_LEN(l->fds));
	l->fds[l->nr] = (struct pollfd) { .fd = fd, .events = POLLIN };
	l->handlers[l->nr++] = (struct loop_handler) { fn, arg };
}

void loop_remove(struct loop *l, int fd)
{
	for (nfds_t i = 1; i < l->nr; i++)
		if (l->fds[i].fd == fd) {
			l->fds[i] = l->fds[--l->nr];
			l->handlers[i] = l->handlers[l->nr];
			return;
		}
}

uint64_t loop_now_ns(const struct loop *l)
{
	return clock_mono_ns(l->clock);
}

uint64_t loop_every(struct loop *l, uint64_t interval_ns)
{
	uint64_t now_ns = loop_now_ns(l);

	ticker_start(&l->ticker, now_ns, interval_ns);
	return now_ns;
}

/* A time in the past expires immediately. 0 would disarm the timer. */
static void set_timer(const struct loop *l, uint64_t at_ns)
{
	struct itimerspec its = {
		.it_value.tv_sec = (time_t)(at_ns / NSEC_PER_SEC),
		.it_value.tv_nsec = (long)(at_ns % NSEC_PER_SEC) + !at_ns,
	};

	timerfd_settime(l->fds[0].fd, TFD_TIMER_ABSTIME, &its, NULL);
}

int loop_wait(struct loop *l, uint64_t until_ns)
{
	uint64_t tick_ns = l->ticker.next_ns;

	set_timer(l, tick_ns < until_ns ? tick_ns : until_ns);
	if (ppoll(l->fds, l->nr, NULL, &l->mask) < 0)
		return errno == EINTR ? 0 : -errno;
	/* backwards: a handler that is removed is replaced by one already called */
	for (nfds_t i = l->nr; --i > 0;)
		if (l->fds[i].revents && l->handlers[i].fn)
			l->handlers[i].fn(l->handlers[i].arg,
					  l->fds[i].revents);
	return 0;
}

bool loop_tick_due(const struct loop *l)
{
	return loop_now_ns(l) >= l->ticker.next_ns;
}

uint64_t loop_next_tick(struct loop *l)
{
	return ticker_advance(&l->ticker, loop_now_ns(l));
}

int loop_stopped(bool *from_tty)
{
	int sig = stopped_by;

	if (from_tty)
		*from_tty = stopped_from_tty;
	stopped_by = 0;
	return sig;
}

bool loop_child_ended(void)
{
	bool ended = child_ended;

	child_ended = 0;
	return ended;
}

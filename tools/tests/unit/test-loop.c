// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the event loop: signals set flags while it waits, each descriptor has
 * its handler, ticks are on time, and missed ticks are counted.
 */
#include <sys/wait.h>

#include "unit.h"
#include "lib/loop.h"

#define SOON_NS	(20 * NSEC_PER_MSEC)

static struct {
	struct loop loop;
	int pipes[2][2];
	int calls[2];
	bool removes;
} f;

static int setup(void **state UNUSED)
{
	memset(&f, 0, sizeof(f));
	assert_int_equal(loop_open(&f.loop, &clock_system, &err), 0);
	assert_int_equal(pipe(f.pipes[0]) + pipe(f.pipes[1]), 0);
	return 0;
}

static int teardown(void **state)
{
	loop_close(&f.loop);
	loop_leave_signals();
	for (int i = 0; i < 4; i++)
		close(f.pipes[i / 2][i % 2]);
	return report_row(state);
}

static void wait_at_most(uint64_t ns)
{
	assert_int_equal(loop_wait(&f.loop, mono_ns() + ns), 0);
}

/* A signal sent outside the wait is noticed in the next wait, once. */
static void signals_set_flags(void **state UNUSED)
{
	bool from_tty = true;

	kill(getpid(), SIGTERM);
	assert_int_equal(loop_stopped(NULL), 0);
	wait_at_most(60 * NSEC_PER_SEC);
	assert_int_equal(loop_stopped(&from_tty), SIGTERM);
	assert_false(from_tty);
	assert_int_equal(loop_stopped(NULL), 0);
}

static void simultaneous_signals_stop_once(void **state UNUSED)
{
	kill(getpid(), SIGINT);
	kill(getpid(), SIGHUP);
	wait_at_most(60 * NSEC_PER_SEC);
	assert_int_not_equal(loop_stopped(NULL), 0);
	wait_at_most(SOON_NS);
	assert_int_equal(loop_stopped(NULL), 0);
}

static void additional_signals_stop_the_loop(void **state UNUSED)
{
	loop_stop_by(&f.loop, SIGQUIT);
	kill(getpid(), SIGQUIT);
	wait_at_most(60 * NSEC_PER_SEC);
	assert_int_equal(loop_stopped(NULL), SIGQUIT);
}

static volatile sig_atomic_t winches;

static void on_winch(int sig UNUSED)
{
	winches++;
}

static void other_handlers_run_while_it_waits(void **state UNUSED)
{
	loop_woken_by(&f.loop, SIGWINCH);
	signal(SIGWINCH, on_winch);
	kill(getpid(), SIGWINCH);
	assert_int_equal(winches, 0);
	wait_at_most(60 * NSEC_PER_SEC);
	assert_int_equal(winches, 1);
	assert_int_equal(loop_stopped(NULL), 0);
	signal(SIGWINCH, SIG_DFL);
}

/* A child has default signal handling: a signal or a closed pipe ends it. */
static void children_are_noticed(void **state UNUSED)
{
	int status;
	pid_t pid;

	loop_watch_children(&f.loop);
	assert_false(loop_child_ended());
	pid = fork();
	if (!pid) {
		loop_leave_signals();
		raise(SIGPIPE);
		_exit(1);
	}
	wait_at_most(60 * NSEC_PER_SEC);
	assert_true(loop_child_ended());
	assert_false(loop_child_ended());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGPIPE);
}

static void on_first(void *arg UNUSED, short events)
{
	f.calls[0]++;
	assert_true(events & POLLIN);
	if (f.removes)
		loop_remove(&f.loop, f.pipes[0][0]);
}

static void on_second(void *arg UNUSED, short events)
{
	f.calls[1]++;
	assert_true(events & POLLIN);
}

static void each_descriptor_has_its_handler(void **state UNUSED)
{
	loop_add(&f.loop, f.pipes[0][0], on_first, NULL);
	loop_add(&f.loop, f.pipes[1][0], on_second, NULL);
	wait_at_most(SOON_NS);
	assert_int_equal(f.calls[0] + f.calls[1], 0);
	assert_int_equal(write(f.pipes[1][1], "x", 1), 1);
	wait_at_most(60 * NSEC_PER_SEC);
	assert_int_equal(f.calls[0], 0);
	assert_int_equal(f.calls[1], 1);
}

/* A handler that removes itself is not called again; the others still are. */
static void handler_can_remove_itself(void **state UNUSED)
{
	f.removes = true;
	loop_add(&f.loop, f.pipes[0][0], on_first, NULL);
	loop_add(&f.loop, f.pipes[1][0], on_second, NULL);
	assert_int_equal(write(f.pipes[0][1], "x", 1), 1);
	assert_int_equal(write(f.pipes[1][1], "x", 1), 1);
	for (int i = 1; i <= 3; i++) {
		wait_at_most(60 * NSEC_PER_SEC);
		assert_int_equal(f.calls[0], 1);
		assert_int_equal(f.calls[1], i);
	}
	loop_remove(&f.loop, f.pipes[0][0]);
}

static void descriptor_without_handler_ends_the_wait(void **state UNUSED)
{
	uint64_t begin_ns = mono_ns();

	loop_add(&f.loop, f.pipes[0][0], NULL, NULL);
	assert_int_equal(write(f.pipes[0][1], "x", 1), 1);
	wait_at_most(60 * NSEC_PER_SEC);
	assert_true(mono_ns() - begin_ns < 60 * NSEC_PER_SEC);
}

static void waits_until_the_deadline(void **state UNUSED)
{
	uint64_t begin_ns = mono_ns();

	wait_at_most(SOON_NS);
	assert_true(mono_ns() - begin_ns >= SOON_NS);
	/* no more than the requested number */
	assert_int_equal(loop_wait(&f.loop, begin_ns), 0);
	assert_int_equal(loop_wait(&f.loop, 0), 0);
	assert_false(loop_tick_due(&f.loop));
}

static void waits_for_a_tick(void **state UNUSED)
{
	uint64_t begin_ns = loop_every(&f.loop, SOON_NS);

	assert_int_equal(loop_wait(&f.loop, LOOP_NEVER), 0);
	assert_true(mono_ns() - begin_ns >= SOON_NS);
	assert_true(loop_tick_due(&f.loop));
}

static uint64_t fake_ns(void *arg)
{
	return *(uint64_t *)arg;
}

static void missed_ticks_are_counted(void **state UNUSED)
{
	uint64_t now_ns = 1000;
	const struct clock clock = { fake_ns, fake_ns, &now_ns };

	f.loop.clock = &clock;
	assert_int_equal(loop_every(&f.loop, 100), 1000);
	now_ns = 1099;
	assert_false(loop_tick_due(&f.loop));
	now_ns = 1100;
	assert_true(loop_tick_due(&f.loop));
	assert_int_equal(loop_next_tick(&f.loop), 0);
	assert_false(loop_tick_due(&f.loop));
	/* served late, and the next two were missed */
	now_ns = 1450;
	assert_true(loop_tick_due(&f.loop));
	assert_int_equal(loop_next_tick(&f.loop), 2);
	now_ns = 1499;
	assert_false(loop_tick_due(&f.loop));
}

UNIT_TESTS("loop",
	   FTEST(signals_set_flags), FTEST(simultaneous_signals_stop_once),
	   FTEST(additional_signals_stop_the_loop),
	   FTEST(other_handlers_run_while_it_waits),
	   FTEST(children_are_noticed), FTEST(each_descriptor_has_its_handler),
	   FTEST(handler_can_remove_itself),
	   FTEST(descriptor_without_handler_ends_the_wait),
	   FTEST(waits_until_the_deadline), FTEST(waits_for_a_tick),
	   FTEST(missed_ticks_are_counted))

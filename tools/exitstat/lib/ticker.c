// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements ticker.h. Owns no state; does not sleep: the recording loop
 * arms a timer with ticker.next_ns.
 */
#include <stddef.h>
#include <time.h>

#include "lib/ticker.h"
#include "util.h"

static uint64_t read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

static uint64_t system_mono(void *arg)
{
	(void)arg;
	return read_clock(CLOCK_MONOTONIC);
}

static uint64_t system_wall(void *arg)
{
	(void)arg;
	return read_clock(CLOCK_REALTIME);
}

const struct clock clock_system = {
	.mono_ns = system_mono,
	.wall_ns = system_wall,
};

void ticker_start(struct ticker *t, uint64_t now_ns, uint64_t interval_ns)
{
	t->interval_ns = interval_ns;
	t->next_ns = now_ns + interval_ns;
}

uint64_t ticker_advance(struct ticker *t, uint64_t now_ns)
{
	uint64_t missed = 0;

	t->next_ns += t->interval_ns;
	if (t->next_ns <= now_ns) {
		missed = (now_ns - t->next_ns) / t->interval_ns + 1;
		t->next_ns += missed * t->interval_ns;
	}
	return missed;
}

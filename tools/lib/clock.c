// SPDX-License-Identifier: GPL-2.0-only
/* Implements clock.h. */
#include "clock.h"
#include "util.h"

uint64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

uint64_t mono_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static uint64_t system_mono(void *arg)
{
	(void)arg;
	return mono_ns();
}

static uint64_t system_wall(void *arg)
{
	(void)arg;
	return clock_ns(CLOCK_REALTIME);
}

const struct clock clock_system = {
	.mono_ns = system_mono,
	.wall_ns = system_wall,
};

uint64_t clock_mono_ns(const struct clock *c)
{
	return c->mono_ns(c->arg);
}

uint64_t clock_wall_ns(const struct clock *c)
{
	return c->wall_ns(c->arg);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clocks in nanoseconds; and a struct of clocks, so that tests can replace them.
 */
#ifndef EXITSTAT_CLOCK_H
#define EXITSTAT_CLOCK_H

#include <stdint.h>
#include <time.h>

uint64_t clock_ns(clockid_t id);
/* CLOCK_MONOTONIC, the clock of the kernel's timestamps. */
uint64_t mono_ns(void);

struct clock {
	uint64_t (*mono_ns)(void *arg);		/* CLOCK_MONOTONIC */
	uint64_t (*wall_ns)(void *arg);		/* CLOCK_REALTIME */
	void *arg;
};

extern const struct clock clock_system;

uint64_t clock_mono_ns(const struct clock *c);
uint64_t clock_wall_ns(const struct clock *c);

#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preload library that steps CLOCK_REALTIME: one reading is two hours early, the
 * next two are two hours late. All other clocks are unchanged.
 */
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

static int real_clock(clockid_t id, struct timespec *ts)
{
	static int (*next)(clockid_t id, struct timespec *ts);

	if (!next)
		next = (int (*)(clockid_t, struct timespec *))
			dlsym(RTLD_NEXT, "clock_gettime");
	return next(id, ts);
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	static unsigned int calls;
	int rc = real_clock(id, ts);

	if (id == CLOCK_REALTIME)
		ts->tv_sec += calls++ % 2 ? 7200 : -7200;
	return rc;
}

time_t time(time_t *out)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (out)
		*out = ts.tv_sec;
	return ts.tv_sec;
}

int gettimeofday(struct timeval *tv, void *zone)
{
	struct timespec ts;
	int rc = clock_gettime(CLOCK_REALTIME, &ts);

	(void)zone;
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	return rc;
}

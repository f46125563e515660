// SPDX-License-Identifier: GPL-2.0-only
/* Implements call.h. */
#include <errno.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "call.h"

#define CALL_ROW(n)	[CALL_##n] = { KVM_##n, "KVM_" #n },

static const struct {
	unsigned long request;
	const char *name;
} calls[] = { CALLS(CALL_ROW) };

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NSEC_PER_SEC + (uint64_t)t.tv_nsec;
}

const char *call_name(enum call call)
{
	return calls[call].name;
}

int call_number(struct call_times *times, int fd, enum call call,
		unsigned long arg, struct errbuf *err)
{
	uint64_t start_ns = times->frozen ? 0 : now_ns();
	int rc = ioctl(fd, calls[call].request, arg);

	if (rc < 0)
		rc = err_set(err, -errno, "%s: %s", calls[call].name,
			     strerror(errno));
	if (!times->frozen) {
		times->of[call].count++;
		times->of[call].total_ns += now_ns() - start_ns;
	}
	return rc;
}

int call_kvm(struct call_times *times, int fd, enum call call, void *arg,
	     struct errbuf *err)
{
	return call_number(times, fd, call, (unsigned long)arg, err);
}

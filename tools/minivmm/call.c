// SPDX-License-Identifier: GPL-2.0-only
/* Implements call.h. */
#include <errno.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>

#include "call.h"
#include "clock.h"

#define CALL_ROW(n)	[CALL_##n] = { KVM_##n, "KVM_" #n },

static const struct {
	unsigned long request;
	const char *name;
} calls[] = { CALLS(CALL_ROW) };

const char *call_name(enum call call)
{
	return calls[call].name;
}

int call_number(struct call_times *times, int fd, enum call call,
		unsigned long arg, struct errbuf *err)
{
	uint64_t start_ns = times->frozen ? 0 : mono_ns();
	int rc = ioctl(fd, calls[call].request, arg);

	if (rc < 0)
		rc = err_set(err, -errno, "%s: %s", calls[call].name,
			     strerror(errno));
	if (!times->frozen) {
		times->of[call].count++;
		times->of[call].total_ns += mono_ns() - start_ns;
	}
	return rc;
}

int call_kvm(struct call_times *times, int fd, enum call call, void *arg,
	     struct errbuf *err)
{
	return call_number(times, fd, call, (unsigned long)arg, err);
}

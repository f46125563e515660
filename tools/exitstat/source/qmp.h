/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM's own statistics of each vCPU, from QEMU's monitor (QMP). */
#ifndef EXITSTAT_SOURCE_QMP_H
#define EXITSTAT_SOURCE_QMP_H

#include "exits/kvm-stats.h"
#include "util.h"

struct qmp_cpu {
	uint32_t index;		/* QEMU's cpu-index */
	bool there;		/* present in the last answer */
	struct kvm_stat_values v;
	char *path;		/* of the QEMU object */
};

struct qmp;

int qmp_open(struct qmp **out, const char *path, struct errbuf *err);
/*
 * Returns 0 if qmp_cpus() has a new answer, or -EAGAIN if there was none until
 * @until_ns (monotonic): call again. Any other -errno has a message in @err and
 * requires qmp_close().
 */
int qmp_read(struct qmp *q, uint64_t until_ns, struct errbuf *err);
const struct qmp_cpu *qmp_cpus(const struct qmp *q, size_t *nr);
void qmp_close(struct qmp *q);

#endif

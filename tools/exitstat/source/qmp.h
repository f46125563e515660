/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM's own statistics of each vCPU, by QEMU's monitor (QMP). */
#ifndef EXITSTAT_SOURCE_QMP_H
#define EXITSTAT_SOURCE_QMP_H

#include "exits/kvm-stats.h"
#include "util.h"

struct qmp_cpu {
	uint32_t index;		/* QEMU's cpu-index */
	bool there;		/* the last answer had it */
	struct kvm_stat_values v;
	char *path;		/* of QEMU's object */
};

struct qmp;

int qmp_open(struct qmp **out, const char *path, struct errbuf *err);
/*
 * 0: a new answer is in qmp_cpus(). -EAGAIN: none until @until_ns (monotonic);
 * call again. Else -errno with a line in @err, and only qmp_close() is left.
 */
int qmp_read(struct qmp *q, uint64_t until_ns, struct errbuf *err);
const struct qmp_cpu *qmp_cpus(const struct qmp *q, size_t *nr);
void qmp_close(struct qmp *q);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM's own statistics: which there are (exits/kvm-stats.def), and the two feeds
 * that the source kvm-stats reads them from.
 */
#ifndef EXITSTAT_KVM_STATS_H
#define EXITSTAT_KVM_STATS_H

#include "util.h"

enum kvm_stat {
#define KVM_STAT(name, class, meaning) KVM_STAT_##name,
#include "exits/kvm-stats.def"
#undef KVM_STAT
	NR_KVM_STATS
};

/* Rows that KVM counts; the last one is made of them and of exits. */
#define NR_KVM_COUNTED	(NR_KVM_STATS - 1)

extern const char *const kvm_stat_names[NR_KVM_STATS];

/* What was read of a vCPU, or as sums of a VM. */
struct kvm_stat_values {
	uint64_t exits;
	uint64_t n[NR_KVM_COUNTED];
};

/* ---- debugfs: sums of a VM's vCPUs, a file for each ---- */

#define KVM_DEBUGFS	"/sys/kernel/debug/kvm"

/* "PID-FD" of each VM, by @fn. -errno with a line in @err. */
int kvm_debugfs_list(const char *root,
		     void (*fn)(void *arg, uint32_t pid, const char *dir),
		     void *arg, struct errbuf *err);
/* One VM; @dir as listed, or "" for the sums of all. */
int kvm_debugfs_read(const char *root, const char *dir,
		     struct kvm_stat_values *v, struct errbuf *err);

/* ---- QMP: each vCPU, by QEMU's monitor ---- */

#define QMP_PATH_MAX	108	/* sun_path of unix(7) */

/*
 * The path of the socket that QEMU listens on for QMP, by its arguments.
 * -ENOENT: it has none; -EBUSY: one that has no path, as libvirt makes it.
 */
int qmp_find_socket(char *const *args, size_t n, char path[QMP_PATH_MAX]);

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

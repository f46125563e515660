/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VMs behind the source kvm-stats, and their last counts.
 *
 * Each VM has one feed, for good: QEMU's QMP, which has every vCPU, or else
 * KVM's files in debugfs, which have the sum of a VM's vCPUs, shown as its
 * vCPU 0. A VM that cannot be read yet has no vCPUs.
 */
#ifndef EXITSTAT_SOURCE_KVM_VMS_H
#define EXITSTAT_SOURCE_KVM_VMS_H

#include "source/qmp.h"

#define KVM_DEAD_VMS	64	/* those that ended last stay */

enum kvm_feed { KVM_FEED_NONE, KVM_FEED_QMP, KVM_FEED_DEBUGFS };

struct kvm_vcpu {
	uint32_t id;
	uint64_t n[NR_KVM_STATS];	/* only grow */
};

struct kvm_vm {
	uint64_t id;
	uint32_t pid;
	char dir[32];		/* in debugfs, "" if it is not known */
	char comm[17];
	uint64_t created_ns, died_ns;
	bool seen;		/* in this round */
	enum kvm_feed feed;
	struct qmp *qmp;
	uint64_t retry_ns;	/* no QMP before */
	struct kvm_vcpu *vcpus;
	size_t nr, cap;
	struct errbuf no_qmp, no_debugfs; /* why it is not read */
};

struct kvm_vms {
	const char *root;
	struct kvm_vm *vms;
	size_t nr, cap;
	uint64_t nr_ever;
	uint64_t scan_ns;	/* next look at /proc */
	uint64_t retired[NR_KVM_STATS];	/* sums of those that are forgotten */
};

/* Looks which VMs there are, and reads them; waits @wait_ns for answers. */
void kvm_vms_update(struct kvm_vms *k, uint64_t wait_ns);
void kvm_vms_free(struct kvm_vms *k);

#endif

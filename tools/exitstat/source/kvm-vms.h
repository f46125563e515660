/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VMs of the source kvm-stats, and their last counts.
 *
 * Each VM is read by one method for its whole life: by QEMU's QMP, which has every
 * vCPU, or else from KVM's files in debugfs, which have the sum over the VM's vCPUs,
 * shown as its vCPU 0. A VM that cannot be read yet has no vCPUs.
 */
#ifndef EXITSTAT_SOURCE_KVM_VMS_H
#define EXITSTAT_SOURCE_KVM_VMS_H

#include "source/qmp.h"

#define KVM_DESTROYED_VMS	64	/* destroyed VMs that are kept */

enum kvm_method { KVM_METHOD_NONE, KVM_METHOD_QMP, KVM_METHOD_DEBUGFS };

struct kvm_vcpu {
	uint32_t id;
	uint64_t n[NR_KVM_STATS];	/* monotonic */
};

struct kvm_vm {
	uint64_t id;
	uint32_t pid;
	char dir[32];		/* in debugfs, "" if unknown */
	char comm[17];
	uint64_t created_ns, destroyed_ns;
	bool seen;		/* in this round */
	enum kvm_method method;
	struct qmp *qmp;
	uint64_t retry_ns;	/* time of the next attempt with QMP */
	struct kvm_vcpu *vcpus;
	size_t nr, cap;
	struct errbuf no_qmp, no_debugfs; /* why it cannot be read */
};

struct kvm_vms {
	const char *root;
	struct kvm_vm *vms;
	size_t nr, cap;
	uint64_t nr_ever;
	uint64_t scan_ns;	/* time of the next scan of /proc */
	uint64_t evicted[NR_KVM_STATS];	/* sums of evicted VMs */
};

/* Finds all VMs and reads them; waits up to @wait_ns for answers. */
void kvm_vms_update(struct kvm_vms *k, uint64_t wait_ns);
void kvm_vms_free(struct kvm_vms *k);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what the BPF maps hold to the layout of module/uapi/kvm_exit_stats.h:
 * slots become codes, VMs records.
 */
#ifndef EXITSTAT_SOURCE_BPF_SNAP_H
#define EXITSTAT_SOURCE_BPF_SNAP_H

#include "source/bpf-vms.h"

/* What the snapshot says of the whole. */
struct bpf_head {
	uint64_t begin_ns;
	uint32_t isa;			/* until an exit tells, KES_ISA_* */
	uint32_t groups;		/* KES_GROUP_*: whose records to write */
	uint64_t lost;
	uint64_t (*now_ns)(void);	/* CLOCK_MONOTONIC */
};

/* Appends a snapshot to @out. */
void bpf_vms_snapshot(struct bpf_vms *vms, const struct bpf_head *head,
		      struct buf *out);

/*
 * Appends a line for each VM whose exits KVM does not report, so that they were
 * counted when KVM_RUN returned. As of the last snapshot.
 */
void bpf_vms_remarks(const struct bpf_vms *vms, struct buf *out);

/* Fills the programs' tables of SVM's codes; returns how many are far. */
uint32_t bpf_svm_slots(u8 near[KES_SVM_NEAR], struct eb_far_code *far,
		       uint32_t max_far);

#endif

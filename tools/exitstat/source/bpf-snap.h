/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Converts the contents of the BPF maps to the layout of
 * module/uapi/kvm_exit_stats.h: slots to codes, VMs to records.
 */
#ifndef EXITSTAT_SOURCE_BPF_SNAP_H
#define EXITSTAT_SOURCE_BPF_SNAP_H

#include "source/bpf-vms.h"

/* Values for the header of the snapshot. */
struct bpf_head {
	uint64_t begin_ns;
	uint32_t isa;			/* KES_ISA_*, until the first exit determines it */
	uint32_t groups;		/* KES_GROUP_*: records to write */
	uint64_t lost;
	uint64_t (*now_ns)(void);	/* CLOCK_MONOTONIC */
};

/* Appends a snapshot to @out. */
void bpf_vms_snapshot(struct bpf_vms *vms, const struct bpf_head *head,
		      struct buf *out);

/*
 * Appends a line if counters may have been torn, and one for each VM whose exits KVM does not report, and which were counted
 * at returns of KVM_RUN; as of the last snapshot.
 */
void bpf_vms_remarks(const struct bpf_vms *vms, struct buf *out);

/* Fills the programs' tables of SVM codes; returns the number of far codes. */
uint32_t bpf_svm_slots(u8 near[KES_SVM_NEAR], struct eb_far_code *far,
		       uint32_t max_far);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VMs behind the places of the BPF maps: which vCPUs belong together, who
 * lives, what the dead had counted; and the snapshot made of it.
 *
 * Knows nothing of libbpf: the maps are arrays, and two questions go to
 * functions of the caller.
 */
#ifndef EXITSTAT_SOURCE_BPF_VMS_H
#define EXITSTAT_SOURCE_BPF_VMS_H

#include <stddef.h>

#include "exitstat-bpf.h"
#include "util.h"

/*
 * Dead VMs that stay readable, as in the engine; and all that died since the
 * last snapshot, so that none goes unseen.
 */
#define BPF_DEAD_VMS	64

/* The maps. A group's array is NULL unless it is recorded. */
struct bpf_arrays {
	uint32_t nr;
	struct eb_vcpu *vcpus;
	struct eb_time *times;
	struct eb_histogram *histograms;
	struct eb_detail *details;
};

/* What a place holds. Those of groups that are off are NULL. */
struct bpf_counts {
	struct eb_vcpu vcpu;
	struct eb_time *time;
	struct eb_histogram *histogram;
	struct eb_detail *detail;
};

struct bpf_vcpu {
	uint32_t place;
	bool ended;
	struct bpf_counts counts;	/* final, once it has ended */
};

struct bpf_vm {
	uint64_t id;
	uint64_t kvm;
	uint64_t created_ns;
	uint64_t died_ns;		/* 0 while it lives */
	bool told;			/* a snapshot has its last counts */
	uint32_t tgid;
	char comm[16];
	uint64_t exits;			/* as of the last snapshot */
	uint64_t uncoded;		/* of those, without a code */
	bool silent;			/* no event told of them */
	struct bpf_vcpu **vcpus;
	size_t nr_vcpus;
	size_t cap_vcpus;
};

struct bpf_vms {
	struct bpf_arrays arrays;
	/*
	 * Is there such a process? NULL: the kernel says when vCPUs end, and
	 * nobody has to guess.
	 */
	bool (*runs)(void *arg, uint32_t tgid);
	void *arg;
	struct bpf_vm **vms;		/* by id */
	size_t nr_vms;
	size_t cap_vms;
	uint64_t last_id;
	struct bpf_vcpu **owners;	/* by place */
	struct bpf_vcpu nobody;		/* owns the places in done */
	uint32_t *done;			/* places that are not needed any more */
	size_t nr_done;
	struct eb_vcpu retired;		/* sums of those that left the ring */
	struct bpf_counts scratch;
};

void bpf_vms_init(struct bpf_vms *vms, const struct bpf_arrays *arrays);
void bpf_vms_free(struct bpf_vms *vms);

/* Takes note of who came and who went until @now_ns. */
void bpf_vms_update(struct bpf_vms *vms, uint64_t now_ns);

/*
 * The places in done[] have been zeroed, and may be given to others. Until
 * then nobody may be given them.
 */
void bpf_vms_recycled(struct bpf_vms *vms);

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

/*
 * A copy of what is at a place, all of it of one moment, unless its vCPU is
 * too busy for that. @to has memory for the groups that are recorded.
 */
void bpf_counts_read(struct bpf_counts *to, const struct bpf_arrays *arrays,
		     uint32_t place);
void bpf_counts_alloc(struct bpf_counts *counts,
		      const struct bpf_arrays *arrays);
void bpf_counts_free(struct bpf_counts *counts);

/* Fills the programs' tables of SVM's codes; returns how many are far. */
uint32_t bpf_svm_slots(u8 near[KES_SVM_NEAR], struct eb_far_code *far,
		       uint32_t max_far);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VMs behind the places of the BPF maps: which vCPUs belong together, who
 * lives, what the dead had counted. The snapshot made of it is bpf-snap.h's.
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

/*
 * A copy of what is at a place, all of it of one moment, unless its vCPU is
 * too busy for that. @to has memory for the groups that are recorded.
 */
void bpf_counts_read(struct bpf_counts *to, const struct bpf_arrays *arrays,
		     uint32_t place);

#endif

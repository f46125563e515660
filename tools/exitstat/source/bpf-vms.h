/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Assigns the places of the BPF maps to VMs: which vCPUs belong together, which VMs
 * exist, and the final counts of destroyed ones. bpf-snap.h makes the snapshot.
 *
 * Independent of libbpf: the maps are arrays, and the caller supplies two functions.
 */
#ifndef EXITSTAT_SOURCE_BPF_VMS_H
#define EXITSTAT_SOURCE_BPF_VMS_H

#include <stddef.h>

#include "exitstat-bpf.h"
#include "util.h"

/*
 * The number of destroyed VMs that stay readable, as in the engine; those destroyed
 * since the last snapshot are kept in addition.
 */
#define BPF_DESTROYED_VMS	64

/* The maps. The array of a group that is not recorded is NULL. */
struct bpf_arrays {
	uint32_t nr;
	struct eb_vcpu *vcpus;
	struct eb_time *times;
	struct eb_histogram *histograms;
	struct eb_detail *details;
};

/* The contents of a place; NULL for groups that are off. */
struct bpf_counts {
	struct eb_vcpu vcpu;
	struct eb_time *time;
	struct eb_histogram *histogram;
	struct eb_detail *detail;
};

struct bpf_vcpu {
	uint32_t place;
	bool ended;
	struct bpf_counts counts;	/* final counts, after its end */
};

struct bpf_vm {
	uint64_t id;
	uint64_t kvm;
	uint64_t created_ns;
	uint64_t destroyed_ns;		/* 0 while it exists */
	bool reported;			/* a snapshot has its final counts */
	uint32_t tgid;
	char comm[16];
	uint64_t exits;			/* as of the last snapshot */
	uint64_t uncoded;		/* part of them without a code */
	bool silent;			/* KVM fired no event for them */
	struct bpf_vcpu **vcpus;
	size_t nr_vcpus;
	size_t cap_vcpus;
};

/* A vCPU that was first seen since the last update */
struct bpf_arrival {
	uint64_t first_ns;
	uint32_t place;
};

struct bpf_vms {
	struct bpf_arrays arrays;
	/*
	 * Whether a process exists. NULL if the kernel reports the end of vCPUs.
	 */
	bool (*runs)(void *arg, uint32_t tgid);
	void *arg;
	struct bpf_vm **vms;		/* by id */
	size_t nr_vms;
	size_t cap_vms;
	uint64_t last_id;
	struct bpf_vcpu **owners;	/* by place */
	struct bpf_vcpu done_owner;	/* owns the places in done */
	struct bpf_arrival *arrivals;	/* as many as places */
	uint64_t torn;			/* reads during which a program wrote */
	uint32_t *done;			/* places to be freed */
	size_t nr_done;
	struct eb_vcpu evicted;		/* sums of evicted VMs */
	struct bpf_counts scratch;
};

void bpf_vms_init(struct bpf_vms *vms, const struct bpf_arrays *arrays);
void bpf_vms_free(struct bpf_vms *vms);

/* Updates the list of VMs and vCPUs, as of @now_ns. */
void bpf_vms_update(struct bpf_vms *vms, uint64_t now_ns);

/*
 * Frees the places in done[], which have been zeroed. Until then they must not be
 * reused.
 */
void bpf_vms_recycled(struct bpf_vms *vms);

/*
 * Copies the contents of a place, the counts first. Each array is copied again if a
 * program wrote to the place at the same time; returns false if one still may be
 * torn, because the vCPU is too busy. @to has memory for the recorded groups.
 */
bool bpf_counts_read(struct bpf_counts *to, const struct bpf_arrays *arrays,
		     uint32_t place);

#endif

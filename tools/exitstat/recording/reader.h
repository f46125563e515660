/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks and loads a recording (exitstat-recording(5)): what is small as arrays,
 * rows of numbers one by one. read.c opens, packed.c reads rows.
 */
#ifndef EXITSTAT_REC_READER_H
#define EXITSTAT_REC_READER_H

#include "recording/format.h"
#include "recording/pack.h"

/* Samples times vCPUs that can be looked at one by one within a second. */
#define REC_MAX_IN_FULL		2000000

struct recording {
	char *path;
	bool interrupted;	/* never finished: read from FILE.part */
	struct rec_meta *meta;
	size_t nr_meta;
	struct rec_vm *vms;
	size_t nr_vms;
	struct rec_vcpu *vcpus;
	size_t nr_vcpus;
	struct rec_reason *reasons;
	size_t nr_reasons;
	struct rec_sample *samples;
	size_t nr_samples;
	size_t nr_taken;	/* more than nr_samples in a summary */
	struct rec_phase *phases;
	size_t nr_phases;
	struct rec_kvm_exit *kvm_exits;
	size_t nr_kvm_exits;
	/* in a summary: how many runs begin the samples, and their last id */
	int64_t nr_runs, summed_up;
	uint32_t groups;	/* KES_GROUP_*: recorded, if only for a while */
	void *db;
};

/*
 * Opens, checks and loads everything but the deltas. -errno with one line in
 * @err for a missing, foreign or corrupt file, or one of another version.
 */
int rec_open(struct recording *r, const char *path, struct errbuf *err);
/*
 * As rec_open(), but a long recording is given in summary: runs of samples
 * stand for one sample each, with the sums of their rows. Of a phase, a vCPU
 * and a reason the sums are the same either way.
 */
int rec_open_summary(struct recording *r, const char *path,
		     struct errbuf *err);
/* The same, long being more than @max samples times vCPUs. */
int rec_open_upto(struct recording *r, const char *path, uint64_t max,
		  struct errbuf *err);
void rec_close(struct recording *r);
/* "" when there is no such key. */
const char *rec_get(const struct recording *r, const char *key);
uint64_t rec_get_u64(const struct recording *r, const char *key);
/* Does the source fill this column of delta, or "closure"? */
bool rec_has_field(const struct recording *r, const char *name);
/* 0, or -ENODATA with a line in @err: the group (one KES_GROUP_*) was off. */
int rec_need_group(const struct recording *r, uint32_t group,
		   struct errbuf *err);

/*
 * Calls @fn for each row of numbers of a kind, in order of their columns up to the
 * last key (sample, vCPU, reason, bucket, KVM_EXIT_*), each row once; stops when it
 * returns != 0, and returns that. Sample, vCPU and reason are indices into the
 * arrays above; NULL in a column is -1.
 *	PACK_DELTA	sample, vcpu, reason, see rec_counts()
 *	PACK_CLOSURE	sample, vcpu, attempts, entry_failed, entry_emulated
 *	PACK_VCPU_TIME	sample, vcpu, elapsed_ns, guest_ns
 *	PACK_TIME	sample, vcpu, reason, one ns per state, max_ns
 *	PACK_HISTOGRAM	sample, vcpu, reason, bucket, count
 *	PACK_USERSPACE	sample, vcpu, KVM_EXIT_*, count
 *	PACK_DETAIL	vcpu, reason, value, other (0, 1), count; in order of
 *			vCPU, reason, other and value
 */
#define REC_MAX_COLUMNS (1 + PACK_MAX_NUMBERS)

typedef int (*rec_row_fn)(void *arg, const int64_t n[REC_MAX_COLUMNS]);
int rec_for_each_row(struct recording *r, enum pack_kind kind, rec_row_fn fn,
		     void *arg, struct errbuf *err);
/* The name of a KVM_EXIT_* as the recording has it, or "?". */
const char *rec_kvm_exit_name(const struct recording *r, uint32_t code);

#endif

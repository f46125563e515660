/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks and loads a recording (exitstat-recording(5)): small tables as arrays,
 * rows of numbers one at a time. read.c opens the file, packed.c reads rows.
 */
#ifndef EXITSTAT_REC_READER_H
#define EXITSTAT_REC_READER_H

#include "recording/format.h"
#include "recording/pack.h"

/* Samples times vCPUs that can be processed individually within a second. */
#define REC_MAX_IN_FULL		2000000

struct recording {
	char *path;
	int version;		/* of its format */
	bool interrupted;	/* unfinished: read from FILE.part */
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
	/* in a summary: number of blocks at the start of samples, and their last id */
	int64_t nr_runs, summed_up;
	uint32_t groups;	/* KES_GROUP_*: recorded at least for some time */
	void *db;
};

/*
 * Opens and checks a recording and loads everything except rows of numbers.
 * Returns 0, or -errno with a message in @err for a missing, foreign or damaged
 * file or one of another version.
 */
int rec_open(struct recording *r, const char *path, struct errbuf *err);
/*
 * Like rec_open(), but summarises a long recording: each block of samples replaces
 * its samples, with the sums of their rows. Sums per phase, vCPU and reason are the
 * same either way.
 */
int rec_open_summary(struct recording *r, const char *path,
		     struct errbuf *err);
/* The same, where long means more than @max samples times vCPUs. */
int rec_open_upto(struct recording *r, const char *path, uint64_t max,
		  struct errbuf *err);
void rec_close(struct recording *r);
/* Returns "" if there is no such key. */
const char *rec_get(const struct recording *r, const char *key);
uint64_t rec_get_u64(const struct recording *r, const char *key);
/* Whether the source fills this column of delta, or "entries". */
bool rec_has_field(const struct recording *r, const char *name);
/* Returns 0, or -ENODATA with a message if the group (one KES_GROUP_*) was off. */
int rec_need_group(const struct recording *r, uint32_t group,
		   struct errbuf *err);

/*
 * Calls @fn once for each row of numbers of a kind, sorted by their columns up to
 * the last key (sample, vCPU, reason, bucket, KVM_EXIT_*). Stops when @fn returns
 * != 0 and returns that. Sample, vCPU and reason are indices into the arrays above;
 * NULL is -1.
 *	PACK_DELTA	sample, vcpu, reason, see rec_counts()
 *	PACK_ENTRIES	sample, vcpu, attempts, entry_failed, entry_emulated
 *	PACK_VCPU_TIME	sample, vcpu, elapsed_ns, guest_ns
 *	PACK_TIME	sample, vcpu, reason, one ns per state, max_ns
 *	PACK_HISTOGRAM	sample, vcpu, reason, bucket, count
 *	PACK_USERSPACE	sample, vcpu, KVM_EXIT_*, count
 *	PACK_NESTED	sample, vcpu, reason, count
 *	PACK_MODIFIERS	sample, vcpu, bus_lock, enclave, forced
 *	PACK_DETAIL	vcpu, reason, value, other (0, 1), count, at_least (0, 1);
 *			sorted by vCPU, reason, other and value
 */
#define REC_MAX_COLUMNS (1 + PACK_MAX_NUMBERS)

typedef int (*rec_row_fn)(void *arg, const int64_t n[REC_MAX_COLUMNS]);
int rec_for_each_row(struct recording *r, enum pack_kind kind, rec_row_fn fn,
		     void *arg, struct errbuf *err);
/* The name of a KVM_EXIT_* in the recording, or "?". */
const char *rec_kvm_exit_name(const struct recording *r, uint32_t code);

#endif

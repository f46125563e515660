/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks and loads a recording (exitstat-recording(5)): what is small as arrays,
 * rows of numbers one by one. read.c opens, groups.c and packed.c read rows.
 */
#ifndef EXITSTAT_REC_READER_H
#define EXITSTAT_REC_READER_H

#include "recording/format.h"
#include "util.h"

/* Samples times vCPUs that can be looked at one by one within a second. */
#define REC_MAX_IN_FULL		2000000

struct rec_meta {
	char *key;
	char *value;
	bool is_number;		/* in the file */
};

struct rec_vm {
	uint64_t vm_id;
	uint32_t pid;
	char *name;
	char *comm;
	char *cmdline;
	char *machine;		/* NULL: not known */
	uint64_t created_ns;
	uint64_t died_ns;
};

struct rec_vcpu {
	size_t vm;		/* index into recording.vms */
	uint32_t vcpu_id;
	bool has_unknown;
	uint64_t unknown_last;	/* raw code, if has_unknown */
};

struct rec_reason {
	char *isa;
	uint64_t code;
	char *name;
	char *class;
	char *meaning;
	char *reference;
};

struct rec_kvm_exit {
	uint32_t code;		/* KVM_EXIT_* */
	char *name;		/* without the prefix */
};

struct rec_sample {
	uint64_t begin_ns;
	uint64_t end_ns;
	uint64_t missed;
	int phase;		/* index, of what it has counted; -1: none */
};

struct rec_phase {
	char *name;
	uint64_t begin_ns;
	uint64_t end_ns;
	char *line;
};

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

/* One row of the delta table; indices are into the arrays above. */
struct rec_delta {
	size_t sample;
	size_t vcpu;
	size_t reason;
	struct rec_counts n;
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
 * Calls @fn for each delta, in order of sample, vCPU and reason, each once; stops
 * when it returns != 0.
 */
typedef int (*rec_delta_fn)(void *arg, const struct rec_delta *d);
int rec_for_each_delta(struct recording *r, rec_delta_fn fn, void *arg,
		       struct errbuf *err);

/*
 * The other tables of numbers, in order of their columns up to the last key
 * (sample, vCPU, reason, bucket, KVM_EXIT_*; detail: of vCPU, reason and value),
 * each row once. Sample, vCPU and reason are indices into the arrays above; NULL
 * in a column is -1.
 */
enum rec_rows {
	REC_CLOSURE,	/* sample, vcpu, attempts, entry_failed, emulation */
	REC_VCPU_TIME,	/* sample, vcpu, elapsed_ns, guest_ns */
	REC_TIME,	/* sample, vcpu, reason, one ns per state, max_ns */
	REC_HISTOGRAM,	/* sample, vcpu, reason, bucket, count */
	REC_USERSPACE,	/* sample, vcpu, KVM_EXIT_*, count */
	REC_DETAIL,	/* vcpu, reason, value, other (0, 1), count */
	REC_NR_ROWS
};

#define REC_MAX_COLUMNS 9

typedef int (*rec_row_fn)(void *arg, const int64_t n[REC_MAX_COLUMNS]);
int rec_for_each_row(struct recording *r, enum rec_rows which, rec_row_fn fn,
		     void *arg, struct errbuf *err);
/* The name of a KVM_EXIT_* as the recording has it, or "?". */
const char *rec_kvm_exit_name(const struct recording *r, uint32_t code);

#endif

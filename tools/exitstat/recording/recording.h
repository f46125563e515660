/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The recording: one SQLite database per run, described for other programs
 * in exitstat-recording(5). file.c and write.c make it, read.c
 * checks and loads it. While it is being made it is called FILE.part.
 */
#ifndef EXITSTAT_RECORDING_H
#define EXITSTAT_RECORDING_H

#include "util.h"

#define REC_APPLICATION_ID	0x45584954	/* "EXIT" */
#define REC_OLDEST_VERSION	1	/* has no tables of groups */
#define REC_VERSION_ROWS	2	/* a row for each number that changed */
#define REC_VERSION_PACKED	3	/* packed rows: long, or not finished */
#define REC_NEWEST_VERSION	REC_VERSION_PACKED
#define REC_SAMPLES_PER_RUN	64	/* at most */
/* Samples times vCPUs that can be looked at one by one within a second. */
#define REC_MAX_IN_FULL		2000000
#define REC_PART_SUFFIX		".part"

#define REC_NR_BUCKETS		40
#define REC_NR_STATES		5	/* KES_STATE_* without the guest */

/* Counters of one reason; -1 in a count: the source does not fill it. */
struct rec_counts {
	int64_t l1;
	int64_t l2;
	int64_t l2_reflected;
	int64_t fastpath;
	int64_t userspace;
};

/* Exits of both contexts. */
static inline uint64_t rec_total(const struct rec_counts *c)
{
	return (uint64_t)c->l1 + (c->l2 > 0 ? (uint64_t)c->l2 : 0);
}

/* ---- writing: every function returns 0, or -errno with a line in @err ---- */

struct rec_writer;

/* Makes FILE.part. Refuses when FILE or FILE.part exists, unless @force. */
int rec_create(struct rec_writer **out, const char *path, bool force,
	       struct errbuf *err);
int rec_meta_text(struct rec_writer *w, const char *key, const char *value,
		  struct errbuf *err);
int rec_meta_u64(struct rec_writer *w, const char *key, uint64_t value,
		 struct errbuf *err);

/* All rows between begin and commit become visible together, or none. */
int rec_begin(struct rec_writer *w, struct errbuf *err);
int rec_commit(struct rec_writer *w, struct errbuf *err);

struct rec_vm_row {
	int64_t id;		/* of the row, from 1 */
	uint64_t vm_id;
	uint32_t pid;
	const char *name;
	const char *comm;
	const char *cmdline;
	const char *machine;	/* NULL: not known */
	uint64_t created_ns;
	uint64_t died_ns;	/* 0: lived at the end of the recording */
};

struct rec_reason_row {
	int64_t id;
	const char *isa;
	uint64_t code;
	const char *name;
	const char *class;
	const char *meaning;
	const char *reference;
};

int rec_vm(struct rec_writer *w, const struct rec_vm_row *row,
	   struct errbuf *err);
int rec_vm_died(struct rec_writer *w, int64_t id, uint64_t died_ns,
		struct errbuf *err);
int rec_vcpu(struct rec_writer *w, int64_t id, int64_t vm, uint32_t vcpu_id,
	     struct errbuf *err);
/* The last raw code that this vCPU counted as unknown. */
int rec_vcpu_unknown(struct rec_writer *w, int64_t id, uint64_t code,
		     struct errbuf *err);
int rec_reason(struct rec_writer *w, const struct rec_reason_row *row,
	       struct errbuf *err);
/* Samples come in order of @id; the rows of one, up to rec_phase(), after it. */
int rec_sample(struct rec_writer *w, int64_t id, uint64_t begin_ns,
	       uint64_t end_ns, uint64_t missed, struct errbuf *err);
int rec_delta(struct rec_writer *w, int64_t sample, int64_t vcpu,
	      int64_t reason, const struct rec_counts *c, struct errbuf *err);
int rec_closure(struct rec_writer *w, int64_t sample, int64_t vcpu,
		const uint64_t counts[3], struct errbuf *err);
int rec_vcpu_time(struct rec_writer *w, int64_t sample, int64_t vcpu,
		  int64_t elapsed_ns, int64_t guest_ns, struct errbuf *err);
/* @max_ns is -1 if no exit took longer than all before. */
int rec_time(struct rec_writer *w, int64_t sample, int64_t vcpu,
	     int64_t reason, const int64_t ns[REC_NR_STATES], int64_t max_ns,
	     struct errbuf *err);
int rec_histogram(struct rec_writer *w, int64_t sample, int64_t vcpu,
		  int64_t reason, int bucket, uint64_t count,
		  struct errbuf *err);
/* @code is KVM_EXIT_*; its name is recorded too, the first time. */
int rec_userspace(struct rec_writer *w, int64_t sample, int64_t vcpu,
		  uint32_t code, uint64_t count, struct errbuf *err);
int rec_detail(struct rec_writer *w, int64_t vcpu, int64_t reason,
	       uint64_t value, bool other, uint64_t count, struct errbuf *err);
int rec_phase(struct rec_writer *w, int64_t id, const char *name,
	      uint64_t begin_ns, const char *line, struct errbuf *err);
int rec_phase_end(struct rec_writer *w, int64_t id, uint64_t end_ns,
		  struct errbuf *err);

/* Makes FILE out of FILE.part, in one step. Frees @w in any case. */
int rec_finish(struct rec_writer *w, struct errbuf *err);
/* Closes and leaves FILE.part with every committed sample. Frees @w. */
void rec_leave(struct rec_writer *w);
/* Closes and removes FILE.part. Frees @w. */
void rec_discard(struct rec_writer *w);

/* ---- reading ---- */

struct rec_meta {
	char *key;
	char *value;
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
	int version;
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
 * @err for a missing, foreign, corrupt or too new file.
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

/* Calls @fn for each delta in order of sample; stops when it returns != 0. */
typedef int (*rec_delta_fn)(void *arg, const struct rec_delta *d);
int rec_for_each_delta(struct recording *r, rec_delta_fn fn, void *arg,
		       struct errbuf *err);

/*
 * The tables of numbers, in order of sample (detail: of vCPU, reason and
 * value). Sample, vCPU and reason are indices into the arrays above; NULL in
 * a column is -1.
 */
enum rec_rows {
	REC_CLOSURE,	/* sample, vcpu, attempts, entry_failed, emulation */
	REC_VCPU_TIME,	/* sample, vcpu, elapsed_ns, guest_ns */
	REC_TIME,	/* sample, vcpu, reason, one ns per state, max_ns, elapsed */
	REC_HISTOGRAM,	/* sample, vcpu, reason, bucket, count */
	REC_USERSPACE,	/* sample, vcpu, KVM_EXIT_*, count */
	REC_DETAIL,	/* vcpu, reason, value, other (0, 1), count */
	REC_NR_ROWS
};

#define REC_MAX_COLUMNS 10

typedef int (*rec_row_fn)(void *arg, const int64_t n[REC_MAX_COLUMNS]);
int rec_for_each_row(struct recording *r, enum rec_rows which, rec_row_fn fn,
		     void *arg, struct errbuf *err);
/* The name of a KVM_EXIT_* as the recording has it, or "?". */
const char *rec_kvm_exit_name(const struct recording *r, uint32_t code);

#endif

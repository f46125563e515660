/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes a recording. While it is being made it is called FILE.part and has
 * every sample that was committed; file.c owns the file, write.c its rows.
 * Every function returns 0, or -errno with a line in @err.
 */
#ifndef EXITSTAT_REC_WRITER_H
#define EXITSTAT_REC_WRITER_H

#include "recording/format.h"
#include "recording/pack.h"

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
/* Of the samples after it, up to the next one. */
int rec_phase(struct rec_writer *w, int64_t id, const char *name,
	      uint64_t begin_ns, const char *line, struct errbuf *err);
int rec_phase_end(struct rec_writer *w, int64_t id, uint64_t end_ns,
		  struct errbuf *err);

/*
 * Completes the totals, says that this is all, and makes FILE out of FILE.part,
 * in one step. Frees @w in any case.
 */
int rec_finish(struct rec_writer *w, struct errbuf *err);
/* Closes and leaves FILE.part with every committed sample. Frees @w. */
void rec_leave(struct rec_writer *w);
/* Closes and removes FILE.part. Frees @w. */
void rec_discard(struct rec_writer *w);

/* ---- an export: the same, with all numbers as rows of SQL ---- */

/*
 * Makes the tables in @file, which is empty and called @name in errors. What has
 * rows in a recording is written by the functions above, between rec_begin() and
 * rec_rows_finish(); numbers are not.
 */
int rec_rows_create(struct rec_writer **out, const char *file, const char *name,
		    struct errbuf *err);
/* @phase: id of the sample's, or 0. */
int rec_rows_sample(struct rec_writer *w, int64_t id, uint64_t begin_ns,
		    uint64_t end_ns, uint64_t missed, int64_t phase,
		    struct errbuf *err);
int rec_kvm_exit(struct rec_writer *w, uint32_t code, const char *name,
		 struct errbuf *err);
/* Numbers as pack.h has them, kind by kind, in order of sample. */
int rec_rows_put(struct rec_writer *w, enum pack_kind kind, int64_t sample,
		 int64_t phase, const int64_t *n, struct errbuf *err);
/* Frees @w in any case. */
int rec_rows_finish(struct rec_writer *w, struct errbuf *err);
void rec_rows_discard(struct rec_writer *w);

#endif

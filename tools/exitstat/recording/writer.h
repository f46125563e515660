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
/* What is in meta if it is known: a text that is not "", or else a number. */
struct rec_fact {
	const char *key;
	const char *text;	/* NULL or "": not known */
	uint64_t n;
	bool has_n;
};

int rec_facts(struct rec_writer *w, const struct rec_fact *facts, size_t nr,
	      struct errbuf *err);

/* All rows between begin and commit become visible together, or none. */
int rec_begin(struct rec_writer *w, struct errbuf *err);
int rec_commit(struct rec_writer *w, struct errbuf *err);

/* A row of @table, whose struct is in format.h; @id from 1, if it has one. */
int rec_put(struct rec_writer *w, enum rec_table table, int64_t id,
	    const void *row, struct errbuf *err);

int rec_vm_died(struct rec_writer *w, int64_t id, uint64_t died_ns,
		struct errbuf *err);
int rec_vcpu(struct rec_writer *w, int64_t id, int64_t vm, uint32_t vcpu_id,
	     struct errbuf *err);
/* The last raw code that this vCPU counted as unknown. */
int rec_vcpu_unknown(struct rec_writer *w, int64_t id, uint64_t code,
		     struct errbuf *err);
/* Samples come in order of @id; the rows of one, up to rec_phase(), after it. */
int rec_sample(struct rec_writer *w, int64_t id, uint64_t begin_ns,
	       uint64_t end_ns, uint64_t missed, struct errbuf *err);
/*
 * Numbers of the sample at hand, as pack.h has them, in the order of their table's
 * columns (exitstat-recording(5)) from the vCPU on; -1 is NULL. Of PACK_TIME,
 * max_ns is NULL if no exit took longer than all before; a KVM_EXIT_* of
 * PACK_USERSPACE is recorded with its name.
 */
int rec_row(struct rec_writer *w, enum pack_kind kind, int64_t sample,
	    const int64_t *n, struct errbuf *err);
/* The same for PACK_DETAIL, which has no sample. Counts of a value are added up. */
int rec_detail(struct rec_writer *w, const int64_t *n, struct errbuf *err);
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
/* Numbers as for rec_row(), kind by kind, in order of sample; @phase: its id, or 0. */
int rec_rows_put(struct rec_writer *w, enum pack_kind kind, int64_t sample,
		 int64_t phase, const int64_t *n, struct errbuf *err);
/* Frees @w in any case. */
int rec_rows_finish(struct rec_writer *w, int64_t nr_samples,
		    struct errbuf *err);
void rec_rows_discard(struct rec_writer *w);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes a recording. Until it is complete it is named FILE.part and has every
 * committed sample; file.c owns the file, write.c its rows. Functions return 0, or
 * -errno with a message in @err.
 */
#ifndef EXITSTAT_REC_WRITER_H
#define EXITSTAT_REC_WRITER_H

#include "recording/format.h"
#include "recording/pack.h"

struct rec_writer;

/* Creates FILE.part. Fails if FILE or FILE.part exists, unless @force. */
int rec_create(struct rec_writer **out, const char *path, bool force,
	       struct errbuf *err);
int rec_meta_text(struct rec_writer *w, const char *key, const char *value,
		  struct errbuf *err);
int rec_meta_u64(struct rec_writer *w, const char *key, uint64_t value,
		 struct errbuf *err);
/* A row of meta, if known: a text that is not "", or a number. */
struct rec_fact {
	const char *key;
	const char *text;	/* NULL or "": unknown */
	uint64_t n;
	bool has_n;
};

int rec_facts(struct rec_writer *w, const struct rec_fact *facts, size_t nr,
	      struct errbuf *err);

/* The rows between begin and commit become visible together or not at all. */
int rec_begin(struct rec_writer *w, struct errbuf *err);
int rec_commit(struct rec_writer *w, struct errbuf *err);

/* Writes a row of @table, whose struct is in format.h; @id from 1, if it has one. */
int rec_put(struct rec_writer *w, enum rec_table table, int64_t id,
	    const void *row, struct errbuf *err);

int rec_vm_destroyed(struct rec_writer *w, int64_t id, uint64_t destroyed_ns,
		     struct errbuf *err);
int rec_vcpu(struct rec_writer *w, int64_t id, int64_t vm, uint32_t vcpu_id,
	     struct errbuf *err);
/* Writes the last raw code that this vCPU counted as unknown. */
int rec_vcpu_unknown(struct rec_writer *w, int64_t id, uint64_t code,
		     struct errbuf *err);
/* Starts a sample, in order of @id; its rows follow, up to rec_phase(). */
int rec_sample(struct rec_writer *w, int64_t id, uint64_t begin_ns,
	       uint64_t end_ns, uint64_t missed, struct errbuf *err);
/*
 * Adds a row of numbers (pack.h) to the current sample, in the order of the table's
 * columns (exitstat-recording(5)) from the vCPU on; -1 is NULL. In PACK_TIME,
 * max_ns is NULL if no exit took longer than all before. The name of a KVM_EXIT_*
 * in PACK_USERSPACE is recorded too.
 */
int rec_row(struct rec_writer *w, enum pack_kind kind, int64_t sample,
	    const int64_t *n, struct errbuf *err);
/* The same for PACK_DETAIL, which has no sample. Counts of equal values add up. */
int rec_detail(struct rec_writer *w, const int64_t *n, struct errbuf *err);
/* Sets the phase of the following samples. */
int rec_phase(struct rec_writer *w, int64_t id, const char *name,
	      uint64_t begin_ns, const char *line, struct errbuf *err);
int rec_phase_end(struct rec_writer *w, int64_t id, uint64_t end_ns,
		  struct errbuf *err);

/*
 * Completes the totals, marks the recording as complete and atomically renames
 * FILE.part to FILE. Always frees @w.
 */
int rec_finish(struct rec_writer *w, struct errbuf *err);
/* Closes FILE.part and keeps it with every committed sample. Frees @w. */
void rec_leave(struct rec_writer *w);
/* Closes and removes FILE.part. Frees @w. */
void rec_discard(struct rec_writer *w);

/* ---- an export: the same, with all numbers as SQL rows ---- */

/*
 * Creates the tables in @file, which is empty and named @name in errors. Plain rows
 * are written by the functions above, between rec_begin() and rec_rows_finish();
 * numbers are not.
 */
int rec_rows_create(struct rec_writer **out, const char *file, const char *name,
		    struct errbuf *err);
/* Writes numbers as in rec_row(), kind by kind, by sample; @phase: its id, or 0. */
int rec_rows_put(struct rec_writer *w, enum pack_kind kind, int64_t sample,
		 int64_t phase, const int64_t *n, struct errbuf *err);
/* Always frees @w. */
int rec_rows_finish(struct rec_writer *w, int64_t nr_samples,
		    struct errbuf *err);
void rec_rows_discard(struct rec_writer *w);

#endif

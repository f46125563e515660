/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the files that write a recording: file.c owns the file, write.c the
 * plain rows, blocks.c the packed rows, totals.c the sums, sql.c the use of SQLite.
 * rows.c writes an export.
 */
#ifndef EXITSTAT_REC_WRITER_INTERNAL_H
#define EXITSTAT_REC_WRITER_INTERNAL_H

#include <sqlite3.h>

#include "recording/pack.h"
#include "recording/schema.h"
#include "recording/writer.h"

#define REC_SAMPLES_PER_BLOCK	64	/* at most */

enum rec_stmt {
	STMT_BEGIN, STMT_COMMIT, STMT_VM_DESTROYED, STMT_UNKNOWN,
	STMT_PHASE_END,
	STMT_TOTALS_UPTO,
	STMT_PACK, STMT_BLOCK,	/* not in an export */
	REC_NR_STMTS
};

/* The rows of one kind: of the current sample, and summed up in the block. */
struct rec_packing {
	struct buf bytes;
	struct pack_state state;
	struct pack_sums sums;
};

/* The current block of samples (see exitstat-recording(5)). */
struct rec_block {
	int64_t id;		/* of the last block written */
	int64_t last;		/* last sample */
	unsigned int nr;	/* number of samples so far */
	uint64_t begin_ns, end_ns;	/* end_ns: of the last sample */
	uint64_t missed;	/* sum over the samples */
	int64_t phase;		/* of all samples, or 0 */
};

/* Sums over the current phase. */
struct rec_totals {
	struct pack_sums sums[PACK_NR_KINDS];
	int64_t phase;
	bool changed;		/* since they were written */
	int64_t upto, written;	/* the last sample in the sums, and in the file */
};

struct rec_writer {
	sqlite3 *db;
	sqlite3_stmt *stmts[REC_NR_STMTS];
	sqlite3_stmt *put[REC_NR_TABLES];
	sqlite3_stmt *put_numbers[REC_NR_SORTS][PACK_NR_SHAPES];
	struct rec_packing packs[PACK_NR_KINDS];
	struct rec_block block;
	struct rec_totals totals;
	uint64_t *phase_begins;	/* begin_ns of all phases so far */
	size_t nr_phases, cap_phases;
	uint32_t *kvm_exits;	/* KVM_EXIT_* whose names are recorded */
	size_t nr_kvm_exits, cap_kvm_exits;
	char *path;
	char *part;		/* the file being written */
	const char *if_full;	/* consequence of a full disk, for the message */
};

/* ---- file.c ---- */

/* Closes all files and frees @w. */
void rec_close_writer(struct rec_writer *w);

/* ---- sql.c ---- */

/*
 * Opens @file, runs @pragmas, creates the tables and prepares all statements;
 * @rows: for an export.
 */
int rec_open_db(struct rec_writer *w, const char *file, const char *pragmas,
		bool rows, struct errbuf *err);
int rec_sql_error(struct rec_writer *w, struct errbuf *err);
int rec_exec(struct rec_writer *w, const char *sql, struct errbuf *err);
/* Executes a statement that returns no rows, and resets it. */
int rec_step(struct rec_writer *w, sqlite3_stmt *s, struct errbuf *err);
void rec_finalize(struct rec_writer *w);
/* Inserts a row of numbers, after @first if the kind has one; -1 is NULL. */
int rec_put_numbers(struct rec_writer *w, enum rec_sort sort,
		    enum pack_kind kind, int64_t first, const int64_t *n,
		    struct errbuf *err);

/* ---- write.c ---- */

/* Ensures that the recording has the name of KVM_EXIT_* @code. */
int rec_name_kvm_exit(struct rec_writer *w, uint32_t code, struct errbuf *err);

/* ---- blocks.c ---- */

void rec_blocks_free(struct rec_writer *w);
/* Writes the current sample to the database, in the open transaction. */
int rec_blocks_flush(struct rec_writer *w, struct errbuf *err);
/* The same, and the block: there are no more samples. */
int rec_blocks_end(struct rec_writer *w, struct errbuf *err);

/* ---- totals.c ---- */

void rec_totals_free(struct rec_writer *w);
/* Starts the sums of this phase; those of the previous one are written. */
int rec_totals_begin(struct rec_writer *w, int64_t phase, struct errbuf *err);
void rec_totals_add(struct rec_writer *w, enum pack_kind kind,
		    const int64_t *n);
/* The number of rows to be written. */
size_t rec_totals_rows(const struct rec_writer *w);
int rec_totals_write(struct rec_writer *w, struct errbuf *err);

#endif

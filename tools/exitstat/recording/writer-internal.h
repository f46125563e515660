/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files that write a recording share: file.c owns the file, write.c
 * its rows, runs.c what is packed, totals.c the sums, sql.c what all of them
 * need of SQLite. rows.c writes an export.
 */
#ifndef EXITSTAT_REC_WRITER_INTERNAL_H
#define EXITSTAT_REC_WRITER_INTERNAL_H

#include <sqlite3.h>

#include "recording/pack.h"
#include "recording/schema.h"
#include "recording/writer.h"

#define REC_SAMPLES_PER_RUN	64	/* at most */

enum rec_stmt {
	STMT_BEGIN, STMT_COMMIT, STMT_VM_DIED, STMT_UNKNOWN, STMT_PHASE_END,
	STMT_TOTALS_UPTO,
	STMT_PACK, STMT_RUN,	/* not of an export */
	REC_NR_STMTS
};

/* The rows of one kind: of the sample at hand, and summed up in the run. */
struct rec_packing {
	struct buf bytes;
	struct pack_state state;
	struct pack_sums sums;
};

/* The run of samples at hand (see exitstat-recording(5)). */
struct rec_run {
	int64_t id;		/* of the last that was written */
	int64_t last;		/* sample */
	unsigned int nr;	/* of samples in it so far; 0: none */
	uint64_t begin_ns, end_ns;	/* of the last sample */
	uint64_t missed;	/* of all */
	int64_t phase;		/* that all are in, or 0 */
};

/* Sums over the phase at hand. */
struct rec_totals {
	struct pack_sums sums[PACK_NR_KINDS];
	int64_t phase;
	bool changed;		/* since they were written */
	int64_t upto, written;	/* the last sample in them, in the file's */
};

struct rec_writer {
	sqlite3 *db;
	sqlite3_stmt *stmts[REC_NR_STMTS];
	sqlite3_stmt *put[REC_NR_TABLES];
	sqlite3_stmt *put_numbers[REC_NR_SORTS][PACK_NR_SHAPES];
	struct rec_packing packs[PACK_NR_KINDS];
	struct rec_run run;
	struct rec_totals totals;
	uint64_t *phase_begins;	/* of all phases so far */
	size_t nr_phases, cap_phases;
	uint64_t kvm_exits;	/* bit i: KVM_EXIT_* i has its name */
	char *path;
	char *part;		/* the file that is written */
	const char *if_full;	/* what a full disk means for it */
};

/* ---- file.c ---- */

/* Frees everything of @w, and closes what is open. */
void rec_close_writer(struct rec_writer *w);

/* ---- sql.c ---- */

/*
 * Opens @file and makes its tables, after @pragmas, and all statements; @rows: of
 * an export.
 */
int rec_open_db(struct rec_writer *w, const char *file, const char *pragmas,
		bool rows, struct errbuf *err);
int rec_sql_error(struct rec_writer *w, struct errbuf *err);
int rec_exec(struct rec_writer *w, const char *sql, struct errbuf *err);
/* Steps a statement of which no rows are expected, and resets it. */
int rec_step(struct rec_writer *w, sqlite3_stmt *s, struct errbuf *err);
void rec_finalize(struct rec_writer *w);
/* A row of numbers, below @first if the sort has one; -1 is NULL. */
int rec_put_numbers(struct rec_writer *w, enum rec_sort sort,
		    enum pack_kind kind, int64_t first, const int64_t *n,
		    struct errbuf *err);

/* ---- write.c ---- */

/* KVM_EXIT_* @code has its name in the recording. */
int rec_name_kvm_exit(struct rec_writer *w, uint32_t code, struct errbuf *err);

/* ---- runs.c ---- */

void rec_runs_free(struct rec_writer *w);
/* What is at hand goes to the database, in the transaction that is open. */
int rec_runs_flush(struct rec_writer *w, struct errbuf *err);
/* The same, and the run with it: there is no sample to come. */
int rec_runs_end(struct rec_writer *w, struct errbuf *err);

/* ---- totals.c ---- */

void rec_totals_free(struct rec_writer *w);
/* Rows are of this phase from here on; what another had is written. */
int rec_totals_begin(struct rec_writer *w, int64_t phase, struct errbuf *err);
void rec_totals_add(struct rec_writer *w, enum pack_kind kind,
		    const int64_t *n);
/* How many rows have to be written. */
size_t rec_totals_rows(const struct rec_writer *w);
int rec_totals_write(struct rec_writer *w, struct errbuf *err);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files that write a recording share: file.c owns the file,
 * write.c its rows, runs.c what is packed.
 */
#ifndef EXITSTAT_REC_WRITER_INTERNAL_H
#define EXITSTAT_REC_WRITER_INTERNAL_H

#include <sqlite3.h>

#include "recording/pack.h"
#include "recording/writer.h"

#define REC_SAMPLES_PER_RUN	64	/* at most */

enum rec_stmt {
	STMT_BEGIN, STMT_COMMIT,
	STMT_META, STMT_VM, STMT_VM_DIED, STMT_VCPU, STMT_UNKNOWN, STMT_REASON,
	STMT_SAMPLE, STMT_PHASE, STMT_PHASE_END, STMT_KVM_EXIT, STMT_DETAIL,
	STMT_RUN, REC_NR_STMTS
};

/* The rows of one table: of the sample at hand, and summed up in the run. */
struct rec_packing {
	struct buf bytes;
	struct pack_state state;
	struct pack_sums sums;
	sqlite3_stmt *sample, *run;	/* where the one and the other go */
};

/* The run of samples at hand (see exitstat-recording(5)). */
struct rec_run {
	int64_t id;		/* of the last that was written */
	int64_t last;		/* sample */
	unsigned int nr;	/* of samples in it so far; 0: none */
	uint64_t begin_ns, end_ns;	/* of the last sample */
	uint64_t inner_ns;	/* end_ns of the last but one, or 0 */
	uint64_t missed;	/* of all */
	bool ends;		/* its last sample is at hand */
};

struct rec_writer {
	sqlite3 *db;
	sqlite3_stmt *stmts[REC_NR_STMTS];
	struct rec_packing packs[PACK_NR_KINDS];
	struct rec_run run;
	bool phase_began;	/* since the last sample */
	uint64_t nr_rows;	/* that were packed */
	uint64_t kvm_exits;	/* bit i: KVM_EXIT_* i has its name */
	struct buf scratch;
	char *path;
	char *part;
};

/* ---- sql.c ---- */

int rec_sql_error(struct rec_writer *w, struct errbuf *err);
int rec_exec(struct rec_writer *w, const char *sql, struct errbuf *err);
/* Steps a statement of which no rows are expected, and resets it. */
int rec_step(struct rec_writer *w, sqlite3_stmt *s, struct errbuf *err);

/* ---- runs.c ---- */

/* The tables of packed rows, and their statements. */
int rec_runs_create(struct rec_writer *w, struct errbuf *err);
int rec_runs_prepare(struct rec_writer *w, struct errbuf *err);
void rec_runs_finalize(struct rec_writer *w);
void rec_runs_free(struct rec_writer *w);
/* A row of the sample at hand, as pack_put() takes it. */
int rec_runs_put(struct rec_writer *w, enum pack_kind kind, int64_t sample,
		 const int64_t *n, struct errbuf *err);
/* A new sample is at hand: what came before goes to the database. */
int rec_runs_sample(struct rec_writer *w, int64_t id, uint64_t begin_ns,
		    uint64_t end_ns, uint64_t missed, struct errbuf *err);
/* What is at hand goes to the database, in the transaction that is open. */
int rec_runs_flush(struct rec_writer *w, struct errbuf *err);
/*
 * Makes plain rows of a recording that has few. It stays as it is when that
 * does not work: for want of space, above all.
 */
void rec_runs_unpack(struct rec_writer *w);

#endif

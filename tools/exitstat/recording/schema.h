/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables and views of a recording, and of its export to SQLite: their columns,
 * from which SQL is made, and how rows are written and read. exitstat-recording(5)
 * describes them.
 */
#ifndef EXITSTAT_REC_SCHEMA_H
#define EXITSTAT_REC_SCHEMA_H

#include "recording/format.h"
#include "recording/pack.h"

/* ---- tables with plain rows ---- */

/* What a column is in the struct of its row (format.h). */
enum rec_type {
	REC_U32,
	REC_U64,
	REC_TIME,		/* uint64_t: 0 is NULL */
	REC_TEXT,		/* char * */
	REC_TEXT_OR_NULL,	/* NULL is NULL */
	REC_VALUE,		/* a text or a number: of struct rec_meta */
	REC_UNKNOWN,		/* uint64_t or NULL: of struct rec_vcpu */
	REC_OF_VM,		/* size_t: an index, which is an id less 1 */
	REC_OF_PHASE,		/* int: the same; -1 is 0 */
};

struct rec_column {
	const char *name;
	const char *sql;
	enum rec_type type;
	size_t at;		/* in the row */
};

struct rec_layout {
	const char *name;
	const char *insert;	/* how it begins */
	bool has_id;		/* the first column */
	const char *end;	/* of CREATE */
	size_t size;		/* of a row */
	size_t array, nr;	/* of rows, in struct recording */
	struct rec_column columns[9];	/* up to one without a name */
};

extern const struct rec_layout rec_layouts[REC_NR_TABLES];

/* ---- tables of numbers ---- */

enum rec_number {
	REC_VCPU_ID, REC_REASON_ID,
	REC_CODE,		/* KVM_EXIT_* */
	REC_BUCKET,
	REC_FLAG,		/* 0 or 1 */
	REC_COUNT,		/* not negative */
	REC_COUNT_OR_NULL,	/* that, or -1 */
};

struct rec_numbers {
	const char *name;
	enum rec_number is;
};

/* As many as pack_shapes has; after the sample or phase. */
extern const struct rec_numbers rec_numbers[PACK_NR_SHAPES][PACK_MAX_NUMBERS];

enum rec_sort {
	REC_ROWS,		/* of each sample */
	REC_TOTALS,		/* of each phase */
	REC_DETAILS,		/* of neither */
	REC_NR_SORTS
};

/* ---- as SQL ---- */

/* Makes all of it; @rows: of an export, which has rows where others have bytes. */
void rec_schema_create(struct buf *sql, bool rows);
/* INSERT with a parameter per column; of totals, it replaces what is there. */
void rec_schema_insert(struct buf *sql, enum rec_table table);
void rec_schema_insert_numbers(struct buf *sql, enum pack_kind kind,
			       enum rec_sort sort);
/* SELECT of all rows in order; the first column is the id, or 0. */
void rec_schema_select(struct buf *sql, enum rec_table table);

#endif

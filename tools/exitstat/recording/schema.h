/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables and views of a recording and of its export to SQLite: their columns,
 * which generate the SQL, and the types of their values. exitstat-recording(5)
 * describes them.
 */
#ifndef EXITSTAT_REC_SCHEMA_H
#define EXITSTAT_REC_SCHEMA_H

#include "recording/format.h"
#include "recording/pack.h"

/* ---- tables with plain rows ---- */

/* The type of a column in the struct of its row (format.h). */
enum rec_type {
	REC_U32,
	REC_U64,
	REC_TIME,		/* uint64_t: 0 is NULL */
	REC_TEXT,		/* char * */
	REC_TEXT_OR_NULL,	/* NULL is NULL */
	REC_VALUE,		/* a text or a number, in struct rec_meta */
	REC_UNKNOWN,		/* uint64_t or NULL, in struct rec_vcpu */
	REC_OF_VM,		/* size_t: an index, which is an id minus 1 */
	REC_OF_PHASE,		/* int: the same; -1 is 0 */
};

struct rec_column {
	const char *name;
	const char *sql;
	enum rec_type type;
	size_t at;		/* offset in the row */
};

struct rec_layout {
	const char *name;
	const char *insert;	/* start of the INSERT statement */
	bool has_id;		/* the first column is an id */
	const char *end;	/* end of the CREATE statement */
	size_t size;		/* of a row */
	size_t array, nr;	/* offsets in struct recording: rows, their number */
	struct rec_column columns[9];	/* terminated by one without a name */
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

/* The columns after the sample or phase, as many as in pack_shapes. */
extern const struct rec_numbers rec_numbers[PACK_NR_SHAPES][PACK_MAX_NUMBERS];

enum rec_sort {
	REC_ROWS,		/* per sample */
	REC_TOTALS,		/* per phase */
	REC_DETAILS,		/* per recording */
	REC_NR_SORTS
};

/* ---- as SQL ---- */

/* Creates all tables and views; @rows: for an export, with rows instead of bytes. */
void rec_schema_create(struct buf *sql, bool rows);
/* INSERT with a parameter per column; for totals, it replaces existing rows. */
void rec_schema_insert(struct buf *sql, enum rec_table table);
void rec_schema_insert_numbers(struct buf *sql, enum pack_kind kind,
			       enum rec_sort sort);
/* SELECT of all rows, sorted; the first column is the id, or 0. */
void rec_schema_select(struct buf *sql, enum rec_table table);

#endif

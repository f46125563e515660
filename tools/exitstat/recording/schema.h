/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables and views of a recording, and of its export to SQLite, as SQL.
 * exitstat-recording(5) describes them.
 */
#ifndef EXITSTAT_REC_SCHEMA_H
#define EXITSTAT_REC_SCHEMA_H

#include "recording/pack.h"

/* What has plain rows in both: meta, vm, vcpu, reason, sample, phase, ... */
extern const char rec_schema_tables[];
/* Totals with names in place of ids. */
extern const char rec_schema_views[];

/* Bytes of samples and of runs of samples, which only a recording has. */
extern const char rec_schema_packs[];

enum rec_table {
	REC_TABLE_ROWS,		/* of each sample */
	REC_TABLE_TOTALS,	/* of each phase */
};

#define REC_SQL_MAX 512

/*
 * The table of a kind of numbers as rows; and INSERT with a parameter per column,
 * which of totals replaces what is there.
 */
void rec_schema_create(char out[REC_SQL_MAX], enum pack_kind kind,
		       enum rec_table table);
void rec_schema_insert(char out[REC_SQL_MAX], enum pack_kind kind,
		       enum rec_table table);

#endif

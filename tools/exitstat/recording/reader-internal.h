/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files that read a recording share. */
#ifndef EXITSTAT_REC_READER_INTERNAL_H
#define EXITSTAT_REC_READER_INTERNAL_H

#include "recording/pack.h"
#include "recording/reader.h"

/* ---- check.c ---- */

/* -EINVAL: @what of this file cannot be. */
int rec_corrupt(const struct recording *r, const char *what,
		struct errbuf *err);
/* An SQLite error, as what it means for a reader of recordings. */
int rec_read_error(const struct recording *r, struct errbuf *err);
/* The single number that @sql, a query or a PRAGMA, answers. */
int rec_number(struct recording *r, const char *sql, int64_t *out,
	       struct errbuf *err);
/* Why there is no such file, and whether its .part is there; returns -errno. */
int rec_missing(const struct recording *r, struct errbuf *err);
/* Ours, and of this version? */
int rec_check_identity(struct recording *r, struct errbuf *err);
/*
 * Has it all tables, as such? A view in place of one could have rows without end.
 */
int rec_check_tables(struct recording *r, struct errbuf *err);
/* Page structure only: what rows say is checked as they are loaded. */
int rec_check_pages(struct recording *r, struct errbuf *err);

/* What a number of a column must be. */
enum rec_column {
	REC_END,		/* no more columns */
	REC_SAMPLE_ID, REC_VCPU_ID, REC_REASON_ID,
	REC_BUCKET,
	REC_FLAG,		/* 0 or 1 */
	REC_COUNT,		/* not negative */
	REC_COUNT_OR_NULL,	/* that, or -1 */
};

struct rec_limits {
	int64_t min, max;
	int64_t base;		/* is taken off: ids become indices */
};

struct rec_limits rec_limits_of(const struct recording *r,
				enum rec_column what);

static inline bool rec_check_number(const struct rec_limits *l, int64_t *n)
{
	if (*n < l->min || *n > l->max)
		return false;
	*n -= l->base;
	return true;
}

/* ---- samples.c ---- */

/* Has it more than @max samples times vCPUs? */
int rec_is_long(struct recording *r, uint64_t max, bool *out,
		struct errbuf *err);
/* After the phases; @summary: runs of samples in place of the samples in them. */
int rec_load_samples(struct recording *r, bool summary, struct errbuf *err);

/* ---- groups.c ---- */

/* Fills recording.groups. */
int rec_find_groups(struct recording *r, struct errbuf *err);

/* ---- packed.c ---- */

/* Rows of a kind, after their sample, as rec_for_each_row() has them. */
int rec_packed_rows(struct recording *r, enum pack_kind kind,
		    const enum rec_column *columns, rec_row_fn fn, void *arg,
		    struct errbuf *err);

#endif

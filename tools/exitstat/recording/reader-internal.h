/* SPDX-License-Identifier: GPL-2.0-only */
/* What the readers of a recording's tables share: errors, told as users'. */
#ifndef EXITSTAT_REC_READER_INTERNAL_H
#define EXITSTAT_REC_READER_INTERNAL_H

#include "recording/pack.h"
#include "recording/reader.h"

/* ---- check.c ---- */

/* -EINVAL: @what of this file cannot be. */
int rec_corrupt(const struct recording *r, const char *what,
		struct errbuf *err);
/* An SQLite error, told as what it means for a reader of recordings. */
int rec_read_error(const struct recording *r, struct errbuf *err);
/* The single number that @sql, a query or a PRAGMA, answers. */
int rec_number(struct recording *r, const char *sql, int64_t *out,
	       struct errbuf *err);
/* Why there is no such file, and whether its .part is there; returns -errno. */
int rec_missing(const struct recording *r, struct errbuf *err);
/* Ours, and of a version that is known? */
int rec_check_identity(struct recording *r, struct errbuf *err);
/* Page structure only: what rows say is checked as they are loaded. */
int rec_check_pages(struct recording *r, struct errbuf *err);

/*
 * What a number of a column must be, by a letter; it is made what
 * readers get: an index of an id.
 */
bool rec_check_number(const struct recording *r, char what, int64_t *n);

/* ---- groups.c ---- */

/* Fills recording.groups. */
int rec_find_groups(struct recording *r, struct errbuf *err);

/* ---- packed.c ---- */

/* rec_for_each_row() of a packed recording. */
int rec_packed_rows(struct recording *r, enum pack_kind kind,
		    const char *columns, rec_row_fn fn, void *arg,
		    struct errbuf *err);
/* Has it more than @max samples times vCPUs? */
int rec_is_long(struct recording *r, uint64_t max, bool *out,
		struct errbuf *err);
/* The samples of a summary; 1: none can be made, as runs do not suit phases. */
int rec_load_summary(struct recording *r, struct errbuf *err);

#endif

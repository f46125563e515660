/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files that read a recording share. */
#ifndef EXITSTAT_REC_READER_INTERNAL_H
#define EXITSTAT_REC_READER_INTERNAL_H

#include <errno.h>
#include <sqlite3.h>

#include "recording/reader.h"
#include "recording/schema.h"

/* ---- check.c ---- */

/* -EINVAL: @what of this file cannot be. */
int rec_corrupt(const struct recording *r, const char *what,
		struct errbuf *err);
/* An SQLite error, as what it means for a reader of recordings. */
int rec_read_error(const struct recording *r, struct errbuf *err);
/* What @fn returns of a row that cannot be. */
#define REC_DAMAGED	(-EBADMSG)

/*
 * Calls @fn for each row that @sql answers, whose parameter, if it has one, is
 * @after; stops when it returns != 0, and returns that: of a damaged one, which is
 * a row of @what, -EINVAL.
 */
typedef int (*rec_select_fn)(void *arg, sqlite3_stmt *s);
int rec_select(struct recording *r, const char *sql, int64_t after,
	       const char *what, rec_select_fn fn, void *arg,
	       struct errbuf *err);
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

/* ---- meta.c ---- */

/* Fills recording.groups. */
int rec_find_groups(struct recording *r, struct errbuf *err);

#endif

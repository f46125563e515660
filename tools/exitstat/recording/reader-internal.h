/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files that read a recording. */
#ifndef EXITSTAT_REC_READER_INTERNAL_H
#define EXITSTAT_REC_READER_INTERNAL_H

#include <errno.h>
#include <sqlite3.h>

#include "recording/reader.h"
#include "recording/schema.h"

/* ---- check.c ---- */

/* Returns -EINVAL with a message: @what of this file is invalid. */
int rec_corrupt(const struct recording *r, const char *what,
		struct errbuf *err);
/* Translates an SQLite error into a message for readers of recordings. */
int rec_read_error(const struct recording *r, struct errbuf *err);
/* Returned by @fn for an invalid row. */
#define REC_DAMAGED	(-EBADMSG)

/*
 * Calls @fn for each row of the result of @sql, whose optional parameter is @after.
 * Stops when @fn returns != 0 and returns that; for an invalid row, which @what
 * names, returns -EINVAL with a message.
 */
typedef int (*rec_select_fn)(void *arg, sqlite3_stmt *s);
int rec_select(struct recording *r, const char *sql, int64_t after,
	       const char *what, rec_select_fn fn, void *arg,
	       struct errbuf *err);
/* The single number returned by @sql, a query or a PRAGMA. */
int rec_number(struct recording *r, const char *sql, int64_t *out,
	       struct errbuf *err);
/* Reports a missing file, and whether its .part exists; returns -errno. */
int rec_missing(const struct recording *r, struct errbuf *err);
/* Checks that the file is a recording of this version. */
int rec_check_identity(struct recording *r, struct errbuf *err);
/*
 * Checks that all tables exist and are tables: a view could return rows endlessly.
 */
int rec_check_tables(struct recording *r, struct errbuf *err);
/* Checks the page structure only; rows are checked when they are loaded. */
int rec_check_pages(struct recording *r, struct errbuf *err);

/* ---- meta.c ---- */

/* Fills recording.groups. */
int rec_find_groups(struct recording *r, struct errbuf *err);

#endif

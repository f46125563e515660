// SPDX-License-Identifier: GPL-2.0-only
/*
 * SQLite, as the files that write a recording use it (see writer-internal.h).
 */
#include <errno.h>

#include "recording/writer-internal.h"

int rec_sql_error(struct rec_writer *w, struct errbuf *err)
{
	int code = sqlite3_errcode(w->db);

	if ((code & 0xff) == SQLITE_FULL)
		return err_set(err, -ENOSPC,
			       "%s: disk full (free some space; the samples up to now stay readable in it)",
			       w->part);
	return err_set(err, -EIO, "%s: %s", w->part, sqlite3_errmsg(w->db));
}

int rec_exec(struct rec_writer *w, const char *sql, struct errbuf *err)
{
	if (sqlite3_exec(w->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return rec_sql_error(w, err);
}

int rec_step(struct rec_writer *w, sqlite3_stmt *s, struct errbuf *err)
{
	int rc = sqlite3_step(s) == SQLITE_DONE ? 0 : rec_sql_error(w, err);

	sqlite3_reset(s);
	return rc;
}

int rec_begin(struct rec_writer *w, struct errbuf *err)
{
	return rec_step(w, w->stmts[STMT_BEGIN], err);
}

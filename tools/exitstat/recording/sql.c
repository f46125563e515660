// SPDX-License-Identifier: GPL-2.0-only
/*
 * SQLite, as the files that write a recording use it (see writer-internal.h).
 */
#include <errno.h>
#include <stdio.h>

#include "recording/writer-internal.h"

int rec_sql_error(struct rec_writer *w, struct errbuf *err)
{
	int code = sqlite3_errcode(w->db);

	if ((code & 0xff) == SQLITE_FULL)
		return err_set(err, -ENOSPC,
			       "%s: disk full (free some space; %s)", w->part,
			       w->if_full);
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

int rec_set_ids(struct rec_writer *w, int application_id, struct errbuf *err)
{
	char sql[96];

	snprintf(sql, sizeof(sql),
		 "PRAGMA application_id=%d; PRAGMA user_version=%d;",
		 application_id, REC_VERSION);
	return rec_exec(w, sql, err);
}

int rec_create_tables(struct rec_writer *w, enum rec_table table,
		      struct errbuf *err)
{
	char sql[REC_SQL_MAX];
	int rc = 0;

	for (int i = 0; !rc && i < PACK_NR_KINDS; i++) {
		rec_schema_create(sql, (enum pack_kind)i, table);
		rc = rec_exec(w, sql, err);
	}
	return rc;
}

int rec_prepare_insert(struct rec_writer *w, enum pack_kind kind,
		       enum rec_table table, sqlite3_stmt **out,
		       struct errbuf *err)
{
	char sql[REC_SQL_MAX];

	rec_schema_insert(sql, kind, table);
	return sqlite3_prepare_v2(w->db, sql, -1, out, NULL) ?
	       rec_sql_error(w, err) : 0;
}

int rec_insert_row(struct rec_writer *w, sqlite3_stmt *s, enum pack_kind kind,
		   int64_t id, const int64_t *n, struct errbuf *err)
{
	int nr = pack_shapes[kind].keys + pack_shapes[kind].values;

	sqlite3_bind_int64(s, 1, id);
	for (int i = 0; i < nr; i++)
		if (n[i] < 0)
			sqlite3_bind_null(s, i + 2);
		else
			sqlite3_bind_int64(s, i + 2, n[i]);
	return rec_step(w, s, err);
}

int rec_begin(struct rec_writer *w, struct errbuf *err)
{
	return rec_step(w, w->stmts[STMT_BEGIN], err);
}

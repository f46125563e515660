// SPDX-License-Identifier: GPL-2.0-only
/*
 * The use of SQLite by the files that write a recording (see writer-internal.h).
 */
#include <errno.h>

#include "recording/writer-internal.h"

static const char *const stmt_sql[REC_NR_STMTS] = {
	[STMT_BEGIN] = "BEGIN",
	[STMT_COMMIT] = "COMMIT",
	[STMT_VM_DESTROYED] = "UPDATE vm SET destroyed_ns=? WHERE id=?",
	[STMT_UNKNOWN] = "UPDATE vcpu SET unknown_last=? WHERE id=?",
	[STMT_PHASE_END] = "UPDATE phase SET end_ns=? WHERE id=?",
	[STMT_TOTALS_UPTO] = "UPDATE totals_upto SET sample=?",
	[STMT_PACK] = "INSERT INTO pack VALUES(?,?,?,?,?,?,?,?,?)",
	[STMT_BLOCK] = "INSERT INTO block VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
};

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

static int make_tables(struct rec_writer *w, const char *pragmas, bool rows,
		       struct errbuf *err)
{
	struct buf sql = { 0 };
	int rc;

	buf_printf(&sql, "%s", pragmas);
	rec_schema_create(&sql, rows);
	buf_printf(&sql, "PRAGMA application_id=%d; PRAGMA user_version=%d;",
		   rows ? REC_EXPORT_ID : REC_APPLICATION_ID, REC_VERSION);
	rc = rec_exec(w, sql.data, err);
	buf_free(&sql);
	return rc;
}

/* Prepare a statement from @sql, which is freed. */
static int prepare(struct rec_writer *w, struct buf *sql, sqlite3_stmt **out,
		   struct errbuf *err)
{
	int rc = sqlite3_prepare_v2(w->db, sql->data, -1, out, NULL) ?
		 rec_sql_error(w, err) : 0;

	buf_free(sql);
	return rc;
}

static int prepare_numbers(struct rec_writer *w, enum pack_kind kind,
			   enum rec_sort sort, struct errbuf *err)
{
	struct buf sql = { 0 };

	rec_schema_insert_numbers(&sql, kind, sort);
	return prepare(w, &sql, &w->put_numbers[sort][kind], err);
}

static int prepare_all(struct rec_writer *w, bool rows, struct errbuf *err)
{
	int nr = rows ? STMT_PACK : REC_NR_STMTS;
	struct buf sql = { 0 };
	int rc = 0;

	for (int i = 0; !rc && i < nr; i++) {
		buf_printf(&sql, "%s", stmt_sql[i]);
		rc = prepare(w, &sql, &w->stmts[i], err);
	}
	for (int i = 0; !rc && i < REC_NR_TABLES; i++) {
		rec_schema_insert(&sql, (enum rec_table)i);
		rc = prepare(w, &sql, &w->put[i], err);
	}
	for (int i = 0; !rc && i < PACK_NR_KINDS; i++) {
		rc = prepare_numbers(w, (enum pack_kind)i, REC_TOTALS, err);
		if (!rc && rows)
			rc = prepare_numbers(w, (enum pack_kind)i, REC_ROWS,
					     err);
	}
	return rc ? rc : prepare_numbers(w, PACK_DETAIL, REC_DETAILS, err);
}

int rec_open_db(struct rec_writer *w, const char *file, const char *pragmas,
		bool rows, struct errbuf *err)
{
	int rc;

	for (int i = 0; i < PACK_NR_KINDS; i++) {
		w->packs[i].sums.kind = (enum pack_kind)i;
		w->totals.sums[i].kind = (enum pack_kind)i;
	}
	if (sqlite3_open_v2(file, &w->db, SQLITE_OPEN_READWRITE, NULL))
		return rec_sql_error(w, err);
	rc = make_tables(w, pragmas, rows, err);
	return rc ? rc : prepare_all(w, rows, err);
}

void rec_finalize(struct rec_writer *w)
{
	sqlite3_stmt *s;

	while (w->db && (s = sqlite3_next_stmt(w->db, NULL)))
		sqlite3_finalize(s);
}

int rec_put_numbers(struct rec_writer *w, enum rec_sort sort,
		    enum pack_kind kind, int64_t first, const int64_t *n,
		    struct errbuf *err)
{
	int nr = pack_shapes[kind].keys + pack_shapes[kind].values, at = 0;
	sqlite3_stmt *s = w->put_numbers[sort][kind];

	if (sort != REC_DETAILS)
		sqlite3_bind_int64(s, ++at, first);
	for (int i = 0; i < nr; i++)
		if (n[i] < 0)
			sqlite3_bind_null(s, ++at);
		else
			sqlite3_bind_int64(s, ++at, n[i]);
	return rec_step(w, s, err);
}

int rec_begin(struct rec_writer *w, struct errbuf *err)
{
	return rec_step(w, w->stmts[STMT_BEGIN], err);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes an export for SQLite: the tables of a recording, with rows where that
 * has bytes, and the same totals (see writer.h). If anything fails the file is of
 * no use, and so nothing is done for its safety.
 */
#include <stdlib.h>

#include "recording/writer-internal.h"

static const char pragmas[] =
	"PRAGMA page_size=4096;"
	"PRAGMA journal_mode=OFF;"
	"PRAGMA synchronous=OFF;"
	"PRAGMA locking_mode=EXCLUSIVE;";

static int make_schema(struct rec_writer *w, struct errbuf *err)
{
	int rc = rec_exec(w, pragmas, err);

	if (!rc)
		rc = rec_set_ids(w, REC_EXPORT_ID, err);
	if (!rc)
		rc = rec_exec(w, rec_schema_tables, err);
	if (!rc)
		rc = rec_create_tables(w, REC_TABLE_ROWS, err);
	if (!rc)
		rc = rec_create_tables(w, REC_TABLE_TOTALS, err);
	return rc ? rc : rec_exec(w, rec_schema_views, err);
}

static int open_db(struct rec_writer *w, const char *file, struct errbuf *err)
{
	int rc;

	if (sqlite3_open_v2(file, &w->db, SQLITE_OPEN_READWRITE, NULL))
		return rec_sql_error(w, err);
	rc = make_schema(w, err);
	if (!rc)
		rc = rec_stmts_prepare(w, err);
	for (int i = 0; !rc && i < PACK_NR_KINDS; i++)
		rc = rec_prepare_insert(w, (enum pack_kind)i, REC_TABLE_ROWS,
					&w->put_row[i], err);
	return rc ? rc : rec_totals_prepare(w, err);
}

int rec_rows_create(struct rec_writer **out, const char *file, const char *name,
		    struct errbuf *err)
{
	struct rec_writer *w = xcalloc(1, sizeof(*w));
	int rc;

	w->part = xstrdup(name);
	w->if_full = "nothing was written";
	rc = open_db(w, file, err);
	if (rc)
		rec_close_writer(w);
	else
		*out = w;
	return rc;
}

int rec_rows_sample(struct rec_writer *w, int64_t id, uint64_t begin_ns,
		    uint64_t end_ns, uint64_t missed, int64_t phase,
		    struct errbuf *err)
{
	w->totals.upto = id;
	return rec_sample_row(w, id, begin_ns, end_ns, missed, phase, err);
}

int rec_rows_put(struct rec_writer *w, enum pack_kind kind, int64_t sample,
		 int64_t phase, const int64_t *n, struct errbuf *err)
{
	int rc = rec_totals_begin(w, phase, err);

	rec_totals_add(w, kind, n);
	return rc ? rc : rec_insert_row(w, w->put_row[kind], kind, sample, n,
					err);
}

int rec_rows_finish(struct rec_writer *w, struct errbuf *err)
{
	int rc = rec_totals_write(w, err);

	if (!rc)
		rc = rec_commit(w, err);
	rec_close_writer(w);
	return rc;
}

void rec_rows_discard(struct rec_writer *w)
{
	rec_close_writer(w);
}

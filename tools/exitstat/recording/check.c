// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks that a file is a valid recording, and reports why it is not (see
 * reader-internal.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recording/reader-internal.h"

static int foreign(const struct recording *r, struct errbuf *err)
{
	return err_set(err, -EINVAL, "%s: not an exitstat recording", r->path);
}

int rec_corrupt(const struct recording *r, const char *what,
		struct errbuf *err)
{
	return err_set(err, -EINVAL, "%s: damaged recording: %s", r->path,
		       what);
}

/* Translate an SQLite error for readers of recordings. */
int rec_read_error(const struct recording *r, struct errbuf *err)
{
	sqlite3 *db = r->db;

	switch (sqlite3_errcode(db) & 0xff) {
	case SQLITE_NOTADB:
		return foreign(r, err);
	case SQLITE_CORRUPT:
	case SQLITE_ERROR:	/* a table or column is missing */
		return rec_corrupt(r, sqlite3_errmsg(db), err);
	default:
		return err_set(err, -EIO, "%s: %s", r->path,
			       sqlite3_errmsg(db));
	}
}

int rec_missing(const struct recording *r, struct errbuf *err)
{
	char *part = xasprintf("%s" REC_PART_SUFFIX, r->path);
	int rc = -errno;

	if (rc == -ENOENT && !access(part, F_OK))
		err_set(err, rc,
			"%s: %s (%s is an interrupted or running recording: use that name to read it)",
			r->path, strerror(-rc), part);
	else
		err_set(err, rc, "%s: %s", r->path, strerror(-rc));
	free(part);
	return rc;
}

static int step_all(struct recording *r, sqlite3_stmt *s, rec_select_fn fn,
		    void *arg, struct errbuf *err)
{
	int step;

	while ((step = sqlite3_step(s)) == SQLITE_ROW) {
		int rc = fn(arg, s);

		if (rc)
			return rc;
	}
	return step == SQLITE_DONE ? 0 : rec_read_error(r, err);
}

int rec_select(struct recording *r, const char *sql, int64_t after,
	       const char *what, rec_select_fn fn, void *arg,
	       struct errbuf *err)
{
	sqlite3_stmt *s;
	int rc;

	if (sqlite3_prepare_v2(r->db, sql, -1, &s, NULL))
		return rec_read_error(r, err);
	if (sqlite3_bind_parameter_count(s))
		sqlite3_bind_int64(s, 1, after);
	rc = step_all(r, s, fn, arg, err);
	sqlite3_finalize(s);
	return rc == REC_DAMAGED ? rec_corrupt(r, what, err) : rc;
}

static int take_number(void *arg, sqlite3_stmt *s)
{
	*(int64_t *)arg = sqlite3_column_int64(s, 0);
	return 0;
}

int rec_number(struct recording *r, const char *sql, int64_t *out,
	       struct errbuf *err)
{
	return rec_select(r, sql, 0, NULL, take_number, out, err);
}

int rec_check_identity(struct recording *r, struct errbuf *err)
{
	int64_t id = 0, version = 0;
	int rc;

	rc = rec_number(r, "PRAGMA application_id", &id, err);
	if (rc)
		return rc;
	if (id == REC_EXPORT_ID)
		return err_set(err, -EINVAL,
			       "%s: an SQLite export, not a recording (use the recording)",
			       r->path);
	if (id != REC_APPLICATION_ID)
		return foreign(r, err);
	rc = rec_number(r, "PRAGMA user_version", &version, err);
	if (rc)
		return rc;
	r->version = (int)version;
	if (version >= REC_OLDEST_VERSION && version <= REC_VERSION)
		return 0;
	return err_set(err, -EINVAL,
		       "%s: recording of format %lld, but exitstat %s reads formats %d to %d (record again, or use the exitstat that wrote it)",
		       r->path, (long long)version, EXITSTAT_VERSION,
		       REC_OLDEST_VERSION, REC_VERSION);
}

int rec_check_tables(struct recording *r, struct errbuf *err)
{
	static const char sql[] =
		"SELECT count(*) FROM sqlite_master WHERE type = 'table'"
		" AND rootpage > 0 AND name IN ('meta', 'vm', 'vcpu', 'reason',"
		" 'sample', 'phase', 'kvm_exit', 'detail', 'pack', 'block')";
	int64_t nr = 0;
	int rc = rec_number(r, sql, &nr, err);

	if (!rc && nr != 10)
		rc = rec_corrupt(r, "a table is missing", err);
	return rc;
}

static int is_ok(void *arg, sqlite3_stmt *s)
{
	(void)arg;
	return strcmp((const char *)sqlite3_column_text(s, 0), "ok") ?
	       REC_DAMAGED : 0;
}

int rec_check_pages(struct recording *r, struct errbuf *err)
{
	return rec_select(r, "PRAGMA quick_check(1)", 0,
			  "inconsistent pages", is_ok, NULL, err);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a file a recording, and a sound one? And what is said of one that is not
 * (see reader-internal.h).
 */
#include <errno.h>
#include <sqlite3.h>
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

/* An SQLite error, told as what it means for a reader of recordings. */
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
			"%s: %s (%s is an interrupted or running recording: give that name to read it)",
			r->path, strerror(-rc), part);
	else
		err_set(err, rc, "%s: %s", r->path, strerror(-rc));
	free(part);
	return rc;
}

int rec_number(struct recording *r, const char *sql, int64_t *out,
	       struct errbuf *err)
{
	sqlite3_stmt *s;
	int rc = 0;

	if (sqlite3_prepare_v2(r->db, sql, -1, &s, NULL))
		return rec_read_error(r, err);
	if (sqlite3_step(s) == SQLITE_ROW)
		*out = sqlite3_column_int64(s, 0);
	else
		rc = rec_read_error(r, err);
	sqlite3_finalize(s);
	return rc;
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
			       "%s: not a recording but an export of one, for SQLite (give the recording)",
			       r->path);
	if (id != REC_APPLICATION_ID)
		return foreign(r, err);
	rc = rec_number(r, "PRAGMA user_version", &version, err);
	if (rc || version == REC_VERSION)
		return rc;
	return err_set(err, -EINVAL,
		       "%s: recording of format %lld, but exitstat %s reads format %d (record again, or use the exitstat that made it)",
		       r->path, (long long)version, EXITSTAT_VERSION,
		       REC_VERSION);
}

int rec_check_tables(struct recording *r, struct errbuf *err)
{
	static const char sql[] =
		"SELECT count(*) FROM sqlite_master WHERE type = 'table'"
		" AND rootpage > 0 AND name IN ('meta', 'vm', 'vcpu', 'reason',"
		" 'sample', 'phase', 'kvm_exit', 'detail', 'pack', 'run')";
	int64_t nr = 0;
	int rc = rec_number(r, sql, &nr, err);

	if (!rc && nr != 10)
		rc = rec_corrupt(r, "it lacks a table", err);
	return rc;
}

int rec_check_pages(struct recording *r, struct errbuf *err)
{
	sqlite3_stmt *s;
	int rc = 0;

	if (sqlite3_prepare_v2(r->db, "PRAGMA quick_check(1)", -1, &s, NULL))
		return rec_read_error(r, err);
	if (sqlite3_step(s) != SQLITE_ROW)
		rc = rec_read_error(r, err);
	else if (strcmp((const char *)sqlite3_column_text(s, 0), "ok"))
		rc = rec_corrupt(r, "its pages are inconsistent", err);
	sqlite3_finalize(s);
	return rc;
}

struct rec_limits rec_limits_of(const struct recording *r,
				enum rec_column what)
{
	switch (what) {
	case REC_SAMPLE_ID:
		return (struct rec_limits) { 1, (int64_t)r->nr_samples, 1 };
	case REC_VCPU_ID:
		return (struct rec_limits) { 1, (int64_t)r->nr_vcpus, 1 };
	case REC_REASON_ID:
		return (struct rec_limits) { 1, (int64_t)r->nr_reasons, 1 };
	case REC_BUCKET:
		return (struct rec_limits) { 0, REC_NR_BUCKETS - 1, 0 };
	case REC_FLAG:
		return (struct rec_limits) { 0, 1, 0 };
	case REC_COUNT_OR_NULL:
		return (struct rec_limits) { -1, INT64_MAX, 0 };
	default:
		return (struct rec_limits) { 0, INT64_MAX, 0 };
	}
}

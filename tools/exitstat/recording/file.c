// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owns the file of a recording that is being made (see writer.h and
 * exitstat-recording(5)): its name, its schema, and how it ends.
 *
 * Crash safety: the database is FILE.part in WAL mode and each sample is one
 * transaction, so a kill at any moment loses at most the sample being
 * written. Only rec_finish() gives it the final name, after folding the WAL
 * in, so that FILE is always one complete file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recording/writer-internal.h"

static const char *const stmt_sql[REC_NR_STMTS] = {
	[STMT_BEGIN] = "BEGIN",
	[STMT_COMMIT] = "COMMIT",
	[STMT_META] = "INSERT OR REPLACE INTO meta VALUES(?,?)",
	[STMT_VM] = "INSERT INTO vm VALUES(?,?,?,?,?,?,?,?,?)",
	[STMT_VM_DIED] = "UPDATE vm SET died_ns=? WHERE id=?",
	[STMT_VCPU] = "INSERT INTO vcpu VALUES(?,?,?,NULL)",
	[STMT_UNKNOWN] = "UPDATE vcpu SET unknown_last=? WHERE id=?",
	[STMT_REASON] = "INSERT INTO reason VALUES(?,?,?,?,?,?,?)",
	[STMT_SAMPLE] = "INSERT INTO sample VALUES(?,?,?,?)",
	[STMT_PHASE] = "INSERT INTO phase VALUES(?,?,?,NULL,?)",
	[STMT_PHASE_END] = "UPDATE phase SET end_ns=? WHERE id=?",
	[STMT_KVM_EXIT] = "INSERT OR IGNORE INTO kvm_exit VALUES(?,?)",
	[STMT_DETAIL] = "INSERT INTO detail VALUES(?,?,?,?,?) ON CONFLICT DO UPDATE SET count=count+excluded.count",
	[STMT_RUN] = "INSERT INTO run VALUES(?,?,?,?,?,?)",
};

static const char schema[] =
	"PRAGMA page_size=4096;"
	"PRAGMA journal_mode=WAL;"
	"PRAGMA synchronous=NORMAL;"
	"BEGIN;"
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE vm(id INTEGER PRIMARY KEY, vm_id INTEGER NOT NULL,"
	" pid INTEGER NOT NULL, name TEXT NOT NULL, comm TEXT NOT NULL,"
	" cmdline TEXT NOT NULL, machine TEXT, created_ns INTEGER NOT NULL,"
	" died_ns INTEGER);"
	"CREATE TABLE vcpu(id INTEGER PRIMARY KEY,"
	" vm INTEGER NOT NULL REFERENCES vm, vcpu_id INTEGER NOT NULL,"
	" unknown_last INTEGER);"
	"CREATE TABLE reason(id INTEGER PRIMARY KEY, isa TEXT NOT NULL,"
	" code INTEGER NOT NULL, name TEXT NOT NULL,"
	" class TEXT NOT NULL, meaning TEXT NOT NULL, reference TEXT NOT NULL,"
	" UNIQUE(isa, code));"
	"CREATE TABLE sample(id INTEGER PRIMARY KEY, begin_ns INTEGER NOT NULL,"
	" end_ns INTEGER NOT NULL, missed INTEGER NOT NULL);"
	"CREATE TABLE phase(id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
	" begin_ns INTEGER NOT NULL, end_ns INTEGER, line TEXT NOT NULL);"
	"CREATE TABLE kvm_exit(code INTEGER PRIMARY KEY, name TEXT NOT NULL);"
	"CREATE TABLE detail(vcpu INTEGER NOT NULL REFERENCES vcpu,"
	" reason INTEGER NOT NULL REFERENCES reason, value INTEGER NOT NULL,"
	" other INTEGER NOT NULL, count INTEGER NOT NULL,"
	" PRIMARY KEY(vcpu, reason, value, other)) WITHOUT ROWID;";

static void finalize_all(struct rec_writer *w)
{
	for (int i = 0; i < REC_NR_STMTS; i++) {
		sqlite3_finalize(w->stmts[i]);
		w->stmts[i] = NULL;
	}
	rec_runs_finalize(w);
}

static void close_writer(struct rec_writer *w)
{
	finalize_all(w);
	rec_runs_free(w);
	sqlite3_close(w->db);
	buf_free(&w->scratch);
	free(w->path);
	free(w->part);
	free(w);
}

static void unlink_part(const struct rec_writer *w)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		char *name = xasprintf("%s%s", w->part, suffixes[i]);

		unlink(name);
		free(name);
	}
}

/* O_EXCL decides between two recorders of the same name. */
static int claim_part(struct rec_writer *w, bool force, struct errbuf *err)
{
	int fd, rc;

	if (!force && !access(w->path, F_OK))
		return err_set(err, -EEXIST,
			       "%s: File exists (choose another name with -o, or use --force)",
			       w->path);
	if (force)
		unlink_part(w);
	fd = open(w->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd >= 0) {
		close(fd);
		return 0;
	}
	rc = -errno;
	if (rc == -EEXIST)
		return err_set(err, rc,
			       "%s: File exists: an interrupted or running recording (report it, remove it, or use --force)",
			       w->part);
	return err_set(err, rc, "%s: cannot create: %s", w->part,
		       strerror(-rc));
}

static int open_db(struct rec_writer *w, struct errbuf *err)
{
	char ids[96];
	int rc;

	if (sqlite3_open_v2(w->part, &w->db, SQLITE_OPEN_READWRITE, NULL))
		return rec_sql_error(w, err);
	rc = rec_exec(w, schema, err);
	if (!rc)
		rc = rec_runs_create(w, err);
	if (rc)
		return rc;
	snprintf(ids, sizeof(ids),
		 "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT;",
		 REC_APPLICATION_ID, REC_VERSION_PACKED);
	rc = rec_exec(w, ids, err);
	for (int i = 0; !rc && i < REC_NR_STMTS; i++)
		if (sqlite3_prepare_v2(w->db, stmt_sql[i], -1, &w->stmts[i],
				       NULL))
			rc = rec_sql_error(w, err);
	return rc ? rc : rec_runs_prepare(w, err);
}

int rec_create(struct rec_writer **out, const char *path, bool force,
	       struct errbuf *err)
{
	struct rec_writer *w = xcalloc(1, sizeof(*w));
	int rc;

	w->path = xstrdup(path);
	w->part = xasprintf("%s" REC_PART_SUFFIX, path);
	rc = claim_part(w, force, err);
	if (rc)
		goto close;
	rc = open_db(w, err);
	if (rc)
		goto discard;
	*out = w;
	return 0;
discard:
	rec_discard(w);
	return rc;
close:
	close_writer(w);
	return rc;
}

int rec_commit(struct rec_writer *w, struct errbuf *err)
{
	int rc = rec_runs_flush(w, err);

	return rc ? rc : rec_step(w, w->stmts[STMT_COMMIT], err);
}

/* Leaving WAL mode folds the log in, so that the file alone is complete. */
static int fold_wal(struct rec_writer *w, struct errbuf *err)
{
	int rc = rec_exec(w, "PRAGMA wal_checkpoint(TRUNCATE);", err);

	finalize_all(w);
	return rc ? rc : rec_exec(w, "PRAGMA journal_mode=DELETE;", err);
}

int rec_finish(struct rec_writer *w, struct errbuf *err)
{
	int rc;

	rec_runs_unpack(w);
	rc = fold_wal(w, err);
	if (!rc && sqlite3_close(w->db) != SQLITE_OK)
		rc = rec_sql_error(w, err);
	else if (!rc)
		w->db = NULL;
	if (!rc && rename(w->part, w->path))
		rc = err_set(err, -errno, "%s: cannot rename to %s: %s",
			     w->part, w->path, strerror(errno));
	close_writer(w);
	return rc;
}

void rec_leave(struct rec_writer *w)
{
	close_writer(w);
}

void rec_discard(struct rec_writer *w)
{
	finalize_all(w);
	sqlite3_close(w->db);
	w->db = NULL;
	unlink_part(w);
	close_writer(w);
}

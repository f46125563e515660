// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owns the file of a recording that is being written (see writer.h and
 * exitstat-recording(5)): its name, its schema, its completion.
 *
 * Crash safety: the database is FILE.part in WAL mode and each sample is one
 * transaction, so a kill at any time loses at most the sample being written.
 * Only rec_finish() renames it, after merging the WAL, so FILE is always complete.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recording/writer-internal.h"

static const char pragmas[] =
	"PRAGMA page_size=4096;"
	"PRAGMA journal_mode=WAL;"
	"PRAGMA synchronous=NORMAL;"
	"BEGIN;";

void rec_close_writer(struct rec_writer *w)
{
	rec_finalize(w);
	rec_blocks_free(w);
	rec_totals_free(w);
	sqlite3_close(w->db);
	free(w->phase_begins);
	free(w->kvm_exits);
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

/* O_EXCL decides between two recorders with the same name. */
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
			       "%s: File exists: an interrupted or running recording (read it with exitstat report, remove it, or use --force)",
			       w->part);
	return err_set(err, rc, "%s: cannot create: %s", w->part,
		       strerror(-rc));
}

int rec_create(struct rec_writer **out, const char *path, bool force,
	       struct errbuf *err)
{
	struct rec_writer *w = xcalloc(1, sizeof(*w));
	int rc;

	w->path = xstrdup(path);
	w->part = xasprintf("%s" REC_PART_SUFFIX, path);
	w->if_full = "samples recorded so far stay readable";
	rc = claim_part(w, force, err);
	if (rc)
		goto close;
	rc = rec_open_db(w, w->part, pragmas, false, err);
	if (!rc)
		rc = rec_exec(w, "COMMIT", err);
	if (rc)
		goto discard;
	*out = w;
	return 0;
discard:
	rec_discard(w);
	return rc;
close:
	rec_close_writer(w);
	return rc;
}

int rec_commit(struct rec_writer *w, struct errbuf *err)
{
	int rc = rec_blocks_flush(w, err);

	return rc ? rc : rec_step(w, w->stmts[STMT_COMMIT], err);
}

/* Leaving WAL mode merges the log, so that the file alone is complete. */
static int fold_wal(struct rec_writer *w, struct errbuf *err)
{
	int rc = rec_exec(w, "PRAGMA wal_checkpoint(TRUNCATE);", err);

	rec_finalize(w);
	return rc ? rc : rec_exec(w, "PRAGMA journal_mode=DELETE;", err);
}

/* Write the totals of all samples, and mark the recording as complete. */
static int complete(struct rec_writer *w, struct errbuf *err)
{
	int rc = rec_begin(w, err);

	if (!rc)
		rc = rec_blocks_end(w, err);
	if (!rc)
		rc = rec_totals_write(w, err);
	if (!rc)
		rc = rec_meta_u64(w, "complete", 1, err);
	return rc ? rc : rec_step(w, w->stmts[STMT_COMMIT], err);
}

int rec_finish(struct rec_writer *w, struct errbuf *err)
{
	int rc = complete(w, err);

	if (!rc)
		rc = fold_wal(w, err);
	if (!rc && sqlite3_close(w->db) != SQLITE_OK)
		rc = rec_sql_error(w, err);
	else if (!rc)
		w->db = NULL;
	if (!rc && rename(w->part, w->path))
		rc = err_set(err, -errno, "%s: cannot rename to %s: %s",
			     w->part, w->path, strerror(errno));
	rec_close_writer(w);
	return rc;
}

void rec_leave(struct rec_writer *w)
{
	rec_close_writer(w);
}

void rec_discard(struct rec_writer *w)
{
	rec_finalize(w);
	sqlite3_close(w->db);
	w->db = NULL;
	unlink_part(w);
	rec_close_writer(w);
}

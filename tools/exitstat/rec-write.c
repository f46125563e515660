// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a recording (see recording.h and exitstat-recording(5)).
 *
 * Crash safety: the database is FILE.part in WAL mode and each sample is one
 * transaction, so a kill at any moment loses at most the sample being
 * written. Only rec_finish() gives it the final name, after folding the WAL
 * in, so that FILE is always one complete file.
 */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kvm-exits.h"
#include "recording.h"

enum stmt {
	STMT_META, STMT_VM, STMT_VM_DIED, STMT_VCPU, STMT_UNKNOWN, STMT_REASON,
	STMT_SAMPLE, STMT_DELTA, STMT_CLOSURE, STMT_PHASE, STMT_PHASE_END,
	STMT_VCPU_TIME, STMT_TIME, STMT_HISTOGRAM, STMT_KVM_EXIT,
	STMT_USERSPACE, STMT_DETAIL, NR_STMTS
};

static const char *const stmt_sql[NR_STMTS] = {
	[STMT_META] = "INSERT OR REPLACE INTO meta VALUES(?,?)",
	[STMT_VM] = "INSERT INTO vm VALUES(?,?,?,?,?,?,?,?,?)",
	[STMT_VM_DIED] = "UPDATE vm SET died_ns=? WHERE id=?",
	[STMT_VCPU] = "INSERT INTO vcpu VALUES(?,?,?,NULL)",
	[STMT_UNKNOWN] = "UPDATE vcpu SET unknown_last=? WHERE id=?",
	[STMT_REASON] = "INSERT INTO reason VALUES(?,?,?,?,?,?,?,?)",
	[STMT_SAMPLE] = "INSERT INTO sample VALUES(?,?,?,?)",
	[STMT_DELTA] = "INSERT INTO delta VALUES(?,?,?,?,?,?,?,?)",
	[STMT_CLOSURE] = "INSERT INTO closure VALUES(?,?,?,?,?)",
	[STMT_PHASE] = "INSERT INTO phase VALUES(?,?,?,NULL,?)",
	[STMT_PHASE_END] = "UPDATE phase SET end_ns=? WHERE id=?",
	[STMT_VCPU_TIME] = "INSERT INTO vcpu_time VALUES(?,?,?,?)",
	[STMT_TIME] = "INSERT INTO time VALUES(?,?,?,?,?,?,?,?,?)",
	[STMT_HISTOGRAM] = "INSERT INTO histogram VALUES(?,?,?,?,?)",
	[STMT_KVM_EXIT] = "INSERT OR IGNORE INTO kvm_exit VALUES(?,?)",
	[STMT_USERSPACE] = "INSERT INTO userspace VALUES(?,?,?,?)",
	[STMT_DETAIL] = "INSERT INTO detail VALUES(?,?,?,?,?) ON CONFLICT DO UPDATE SET count=count+excluded.count",
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
	" code INTEGER NOT NULL, sub INTEGER NOT NULL, name TEXT NOT NULL,"
	" class TEXT NOT NULL, meaning TEXT NOT NULL, reference TEXT NOT NULL,"
	" UNIQUE(isa, code, sub));"
	"CREATE TABLE sample(id INTEGER PRIMARY KEY, begin_ns INTEGER NOT NULL,"
	" end_ns INTEGER NOT NULL, missed INTEGER NOT NULL);"
	"CREATE TABLE delta(sample INTEGER NOT NULL REFERENCES sample,"
	" vcpu INTEGER NOT NULL REFERENCES vcpu,"
	" reason INTEGER NOT NULL REFERENCES reason, l1 INTEGER NOT NULL,"
	" l2 INTEGER, l2_reflected INTEGER, fastpath INTEGER,"
	" userspace INTEGER, PRIMARY KEY(sample, vcpu, reason)) WITHOUT ROWID;"
	"CREATE TABLE closure(sample INTEGER NOT NULL REFERENCES sample,"
	" vcpu INTEGER NOT NULL REFERENCES vcpu, attempts INTEGER NOT NULL,"
	" entry_failed INTEGER NOT NULL, emulation INTEGER NOT NULL,"
	" PRIMARY KEY(sample, vcpu)) WITHOUT ROWID;"
	"CREATE TABLE phase(id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
	" begin_ns INTEGER NOT NULL, end_ns INTEGER, line TEXT NOT NULL);"
	"CREATE TABLE vcpu_time(sample INTEGER NOT NULL REFERENCES sample,"
	" vcpu INTEGER NOT NULL REFERENCES vcpu, elapsed_ns INTEGER NOT NULL,"
	" guest_ns INTEGER NOT NULL, PRIMARY KEY(sample, vcpu)) WITHOUT ROWID;"
	"CREATE TABLE time(sample INTEGER NOT NULL REFERENCES sample,"
	" vcpu INTEGER NOT NULL REFERENCES vcpu,"
	" reason INTEGER NOT NULL REFERENCES reason,"
	" handler_ns INTEGER NOT NULL, userspace_ns INTEGER NOT NULL,"
	" halt_poll_ns INTEGER NOT NULL, halt_block_ns INTEGER NOT NULL,"
	" preempted_ns INTEGER NOT NULL, max_ns INTEGER,"
	" PRIMARY KEY(sample, vcpu, reason)) WITHOUT ROWID;"
	"CREATE TABLE histogram(sample INTEGER NOT NULL REFERENCES sample,"
	" vcpu INTEGER NOT NULL REFERENCES vcpu,"
	" reason INTEGER NOT NULL REFERENCES reason, bucket INTEGER NOT NULL,"
	" count INTEGER NOT NULL,"
	" PRIMARY KEY(sample, vcpu, reason, bucket)) WITHOUT ROWID;"
	"CREATE TABLE kvm_exit(code INTEGER PRIMARY KEY, name TEXT NOT NULL);"
	"CREATE TABLE userspace(sample INTEGER NOT NULL REFERENCES sample,"
	" vcpu INTEGER NOT NULL REFERENCES vcpu,"
	" kvm_exit INTEGER NOT NULL REFERENCES kvm_exit,"
	" count INTEGER NOT NULL,"
	" PRIMARY KEY(sample, vcpu, kvm_exit)) WITHOUT ROWID;"
	"CREATE TABLE detail(vcpu INTEGER NOT NULL REFERENCES vcpu,"
	" reason INTEGER NOT NULL REFERENCES reason, value INTEGER NOT NULL,"
	" other INTEGER NOT NULL, count INTEGER NOT NULL,"
	" PRIMARY KEY(vcpu, reason, value, other)) WITHOUT ROWID;";

struct rec_writer {
	sqlite3 *db;
	sqlite3_stmt *stmts[NR_STMTS];
	char *path;
	char *part;
};

static int sql_error(struct rec_writer *w, struct errbuf *err)
{
	int code = sqlite3_errcode(w->db);

	if ((code & 0xff) == SQLITE_FULL)
		return err_set(err, -ENOSPC,
			       "%s: disk full (free some space; the samples up to now stay readable in it)",
			       w->part);
	return err_set(err, -EIO, "%s: %s", w->part, sqlite3_errmsg(w->db));
}

static int exec(struct rec_writer *w, const char *sql, struct errbuf *err)
{
	if (sqlite3_exec(w->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return sql_error(w, err);
}

static void finalize_all(struct rec_writer *w)
{
	for (int i = 0; i < NR_STMTS; i++) {
		sqlite3_finalize(w->stmts[i]);
		w->stmts[i] = NULL;
	}
}

static void close_writer(struct rec_writer *w)
{
	finalize_all(w);
	sqlite3_close(w->db);
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
		return sql_error(w, err);
	rc = exec(w, schema, err);
	if (rc)
		return rc;
	snprintf(ids, sizeof(ids),
		 "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT;",
		 REC_APPLICATION_ID, REC_USER_VERSION);
	rc = exec(w, ids, err);
	for (int i = 0; !rc && i < NR_STMTS; i++)
		if (sqlite3_prepare_v2(w->db, stmt_sql[i], -1, &w->stmts[i],
				       NULL))
			rc = sql_error(w, err);
	return rc;
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

static void bind_text(sqlite3_stmt *s, int i, const char *text)
{
	if (text)
		sqlite3_bind_text(s, i, text, -1, SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(s, i);
}

static void bind_u64(sqlite3_stmt *s, int i, uint64_t n)
{
	sqlite3_bind_int64(s, i, (sqlite3_int64)n);
}

/* -1 is "this source does not fill it", which is not the same as none. */
static void bind_count(sqlite3_stmt *s, int i, int64_t n)
{
	if (n < 0)
		sqlite3_bind_null(s, i);
	else
		sqlite3_bind_int64(s, i, n);
}

static int run(struct rec_writer *w, enum stmt which, struct errbuf *err)
{
	int rc = sqlite3_step(w->stmts[which]) == SQLITE_DONE ? 0 :
		 sql_error(w, err);

	sqlite3_reset(w->stmts[which]);
	return rc;
}

int rec_meta_text(struct rec_writer *w, const char *key, const char *value,
		  struct errbuf *err)
{
	bind_text(w->stmts[STMT_META], 1, key);
	bind_text(w->stmts[STMT_META], 2, value);
	return run(w, STMT_META, err);
}

int rec_meta_u64(struct rec_writer *w, const char *key, uint64_t value,
		 struct errbuf *err)
{
	bind_text(w->stmts[STMT_META], 1, key);
	bind_u64(w->stmts[STMT_META], 2, value);
	return run(w, STMT_META, err);
}

int rec_begin(struct rec_writer *w, struct errbuf *err)
{
	return exec(w, "BEGIN", err);
}

int rec_commit(struct rec_writer *w, struct errbuf *err)
{
	return exec(w, "COMMIT", err);
}

int rec_vm(struct rec_writer *w, const struct rec_vm_row *row,
	   struct errbuf *err)
{
	sqlite3_stmt *s = w->stmts[STMT_VM];

	sqlite3_bind_int64(s, 1, row->id);
	bind_u64(s, 2, row->vm_id);
	bind_u64(s, 3, row->pid);
	bind_text(s, 4, row->name);
	bind_text(s, 5, row->comm);
	bind_text(s, 6, row->cmdline);
	bind_text(s, 7, row->machine);
	bind_u64(s, 8, row->created_ns);
	bind_count(s, 9, row->died_ns ? (int64_t)row->died_ns : -1);
	return run(w, STMT_VM, err);
}

int rec_vm_died(struct rec_writer *w, int64_t id, uint64_t died_ns,
		struct errbuf *err)
{
	bind_u64(w->stmts[STMT_VM_DIED], 1, died_ns);
	sqlite3_bind_int64(w->stmts[STMT_VM_DIED], 2, id);
	return run(w, STMT_VM_DIED, err);
}

int rec_vcpu(struct rec_writer *w, int64_t id, int64_t vm, uint32_t vcpu_id,
	     struct errbuf *err)
{
	sqlite3_bind_int64(w->stmts[STMT_VCPU], 1, id);
	sqlite3_bind_int64(w->stmts[STMT_VCPU], 2, vm);
	bind_u64(w->stmts[STMT_VCPU], 3, vcpu_id);
	return run(w, STMT_VCPU, err);
}

int rec_vcpu_unknown(struct rec_writer *w, int64_t id, uint64_t code,
		     struct errbuf *err)
{
	bind_u64(w->stmts[STMT_UNKNOWN], 1, code);
	sqlite3_bind_int64(w->stmts[STMT_UNKNOWN], 2, id);
	return run(w, STMT_UNKNOWN, err);
}

int rec_reason(struct rec_writer *w, const struct rec_reason_row *row,
	       struct errbuf *err)
{
	sqlite3_stmt *s = w->stmts[STMT_REASON];

	sqlite3_bind_int64(s, 1, row->id);
	bind_text(s, 2, row->isa);
	bind_u64(s, 3, row->code);
	bind_u64(s, 4, row->sub);
	bind_text(s, 5, row->name);
	bind_text(s, 6, row->class);
	bind_text(s, 7, row->meaning);
	bind_text(s, 8, row->reference);
	return run(w, STMT_REASON, err);
}

int rec_sample(struct rec_writer *w, int64_t id, uint64_t begin_ns,
	       uint64_t end_ns, uint64_t missed, struct errbuf *err)
{
	sqlite3_stmt *s = w->stmts[STMT_SAMPLE];

	sqlite3_bind_int64(s, 1, id);
	bind_u64(s, 2, begin_ns);
	bind_u64(s, 3, end_ns);
	bind_u64(s, 4, missed);
	return run(w, STMT_SAMPLE, err);
}

int rec_delta(struct rec_writer *w, int64_t sample, int64_t vcpu,
	      int64_t reason, const struct rec_counts *c, struct errbuf *err)
{
	sqlite3_stmt *s = w->stmts[STMT_DELTA];

	sqlite3_bind_int64(s, 1, sample);
	sqlite3_bind_int64(s, 2, vcpu);
	sqlite3_bind_int64(s, 3, reason);
	sqlite3_bind_int64(s, 4, c->l1);
	bind_count(s, 5, c->l2);
	bind_count(s, 6, c->l2_reflected);
	bind_count(s, 7, c->fastpath);
	bind_count(s, 8, c->userspace);
	return run(w, STMT_DELTA, err);
}

int rec_closure(struct rec_writer *w, int64_t sample, int64_t vcpu,
		const uint64_t counts[3], struct errbuf *err)
{
	sqlite3_stmt *s = w->stmts[STMT_CLOSURE];

	sqlite3_bind_int64(s, 1, sample);
	sqlite3_bind_int64(s, 2, vcpu);
	for (int i = 0; i < 3; i++)
		bind_u64(s, 3 + i, counts[i]);
	return run(w, STMT_CLOSURE, err);
}

/* A row of numbers; -1 is NULL. */
static int run_numbers(struct rec_writer *w, enum stmt which, const int64_t *n,
		       int nr, struct errbuf *err)
{
	for (int i = 0; i < nr; i++)
		bind_count(w->stmts[which], i + 1, n[i]);
	return run(w, which, err);
}

int rec_vcpu_time(struct rec_writer *w, int64_t sample, int64_t vcpu,
		  int64_t elapsed_ns, int64_t guest_ns, struct errbuf *err)
{
	const int64_t n[] = { sample, vcpu, elapsed_ns, guest_ns };

	return run_numbers(w, STMT_VCPU_TIME, n, ARRAY_LEN(n), err);
}

int rec_time(struct rec_writer *w, int64_t sample, int64_t vcpu,
	     int64_t reason, const int64_t ns[REC_NR_STATES], int64_t max_ns,
	     struct errbuf *err)
{
	const int64_t n[] = { sample, vcpu, reason, ns[0], ns[1], ns[2], ns[3],
			      ns[4], max_ns };

	return run_numbers(w, STMT_TIME, n, ARRAY_LEN(n), err);
}

int rec_histogram(struct rec_writer *w, int64_t sample, int64_t vcpu,
		  int64_t reason, int bucket, uint64_t count,
		  struct errbuf *err)
{
	const int64_t n[] = { sample, vcpu, reason, bucket, (int64_t)count };

	return run_numbers(w, STMT_HISTOGRAM, n, ARRAY_LEN(n), err);
}

int rec_userspace(struct rec_writer *w, int64_t sample, int64_t vcpu,
		  uint32_t code, uint64_t count, struct errbuf *err)
{
	const int64_t n[] = { sample, vcpu, code, (int64_t)count };
	const char *known = kvm_exit_name(code);
	char name[32];
	int rc;

	snprintf(name, sizeof(name), "%u", code);
	bind_u64(w->stmts[STMT_KVM_EXIT], 1, code);
	bind_text(w->stmts[STMT_KVM_EXIT], 2, known ? known : name);
	rc = run(w, STMT_KVM_EXIT, err);
	return rc ? rc : run_numbers(w, STMT_USERSPACE, n, ARRAY_LEN(n), err);
}

int rec_detail(struct rec_writer *w, int64_t vcpu, int64_t reason,
	       uint64_t value, bool other, uint64_t count, struct errbuf *err)
{
	const int64_t n[] = { vcpu, reason, (int64_t)value, other,
			      (int64_t)count };

	return run_numbers(w, STMT_DETAIL, n, ARRAY_LEN(n), err);
}

int rec_phase(struct rec_writer *w, int64_t id, const char *name,
	      uint64_t begin_ns, const char *line, struct errbuf *err)
{
	sqlite3_stmt *s = w->stmts[STMT_PHASE];

	sqlite3_bind_int64(s, 1, id);
	bind_text(s, 2, name);
	bind_u64(s, 3, begin_ns);
	bind_text(s, 4, line);
	return run(w, STMT_PHASE, err);
}

int rec_phase_end(struct rec_writer *w, int64_t id, uint64_t end_ns,
		  struct errbuf *err)
{
	bind_u64(w->stmts[STMT_PHASE_END], 1, end_ns);
	sqlite3_bind_int64(w->stmts[STMT_PHASE_END], 2, id);
	return run(w, STMT_PHASE_END, err);
}

/* Leaving WAL mode folds the log in, so that the file alone is complete. */
static int fold_wal(struct rec_writer *w, struct errbuf *err)
{
	int rc = exec(w, "PRAGMA wal_checkpoint(TRUNCATE);", err);

	finalize_all(w);
	return rc ? rc : exec(w, "PRAGMA journal_mode=DELETE;", err);
}

int rec_finish(struct rec_writer *w, struct errbuf *err)
{
	int rc = fold_wal(w, err);

	if (!rc && sqlite3_close(w->db) != SQLITE_OK)
		rc = sql_error(w, err);
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

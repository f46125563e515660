// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is packed of a recording (see writer-internal.h and exitstat-recording(5)):
 * the rows of each sample, and their sums over runs of samples, from which a
 * long recording is reported without looking at every sample.
 *
 * A sum is written in the transaction of the last sample of its run, so that
 * at any moment the runs and the samples after them are the whole. A run never
 * goes on where a phase begins, and the first two samples are runs of their
 * own, as the interval between them is placed by its middle (model/model.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recording/writer-internal.h"

/* Up to here, rows that SQL can read are worth their size and the wait. */
#define MAX_UNPACKED	500000

static const char run_schema[] =
	"CREATE TABLE run(id INTEGER PRIMARY KEY, last INTEGER NOT NULL,"
	" begin_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,"
	" inner_ns INTEGER NOT NULL, missed INTEGER NOT NULL);";

/* Plain rows, by the names of pack_shapes. */
static const char row_schema[] =
	"CREATE TABLE delta(sample INTEGER NOT NULL REFERENCES sample,"
	" vcpu INTEGER NOT NULL REFERENCES vcpu,"
	" reason INTEGER NOT NULL REFERENCES reason, l1 INTEGER NOT NULL,"
	" l2 INTEGER, l2_reflected INTEGER, fastpath INTEGER,"
	" userspace INTEGER, PRIMARY KEY(sample, vcpu, reason)) WITHOUT ROWID;"
	"CREATE TABLE closure(sample INTEGER NOT NULL REFERENCES sample,"
	" vcpu INTEGER NOT NULL REFERENCES vcpu, attempts INTEGER NOT NULL,"
	" entry_failed INTEGER NOT NULL, emulation INTEGER NOT NULL,"
	" PRIMARY KEY(sample, vcpu)) WITHOUT ROWID;"
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
	"CREATE TABLE userspace(sample INTEGER NOT NULL REFERENCES sample,"
	" vcpu INTEGER NOT NULL REFERENCES vcpu,"
	" kvm_exit INTEGER NOT NULL REFERENCES kvm_exit,"
	" count INTEGER NOT NULL,"
	" PRIMARY KEY(sample, vcpu, kvm_exit)) WITHOUT ROWID;";

/* For each kind: @format, in which %1$s is its name. */
static int exec_each(struct rec_writer *w, const char *format,
		     struct errbuf *err)
{
	int rc = 0;

	for (int i = 0; !rc && i < PACK_NR_KINDS; i++) {
		const char *name = pack_shapes[i].name;
		char sql[256];

		snprintf(sql, sizeof(sql), format, name, name);
		rc = rec_exec(w, sql, err);
	}
	return rc;
}

int rec_runs_create(struct rec_writer *w, struct errbuf *err)
{
	int rc = rec_exec(w, run_schema, err);

	if (rc)
		return rc;
	return exec_each(w, "CREATE TABLE %s_pack(sample INTEGER PRIMARY KEY, data BLOB NOT NULL);"
			 "CREATE TABLE %s_run(run INTEGER PRIMARY KEY, data BLOB NOT NULL);",
			 err);
}

static int prepare_insert(struct rec_writer *w, const char *table,
			  const char *suffix, int columns, sqlite3_stmt **out,
			  struct errbuf *err)
{
	char sql[96];
	int len = snprintf(sql, sizeof(sql), "INSERT INTO %s%s VALUES(?",
			   table, suffix);

	while (--columns)
		len += snprintf(sql + len, sizeof(sql) - (size_t)len, ",?");
	snprintf(sql + len, sizeof(sql) - (size_t)len, ")");
	return sqlite3_prepare_v2(w->db, sql, -1, out, NULL) ?
	       rec_sql_error(w, err) : 0;
}

int rec_runs_prepare(struct rec_writer *w, struct errbuf *err)
{
	int rc = 0;

	for (int i = 0; !rc && i < PACK_NR_KINDS; i++) {
		const char *name = pack_shapes[i].name;

		w->packs[i].sums.kind = (enum pack_kind)i;
		rc = prepare_insert(w, name, "_pack", 2, &w->packs[i].sample,
				    err);
		if (!rc)
			rc = prepare_insert(w, name, "_run", 2,
					    &w->packs[i].run, err);
	}
	return rc;
}

void rec_runs_finalize(struct rec_writer *w)
{
	for (int i = 0; i < PACK_NR_KINDS; i++) {
		sqlite3_finalize(w->packs[i].sample);
		sqlite3_finalize(w->packs[i].run);
		w->packs[i].sample = NULL;
		w->packs[i].run = NULL;
	}
}

void rec_runs_free(struct rec_writer *w)
{
	for (int i = 0; i < PACK_NR_KINDS; i++) {
		buf_free(&w->packs[i].bytes);
		pack_sums_free(&w->packs[i].sums);
	}
}

int rec_runs_put(struct rec_writer *w, enum pack_kind kind, int64_t sample,
		 const int64_t *n, struct errbuf *err)
{
	struct rec_packing *p = &w->packs[kind];

	if (!w->run.nr || sample != w->run.last)
		return err_set(err, -EINVAL,
			       "%s: a row of sample %lld, which is not the last",
			       w->part, (long long)sample);
	if (pack_put(kind, &p->state, &p->bytes, n))
		return err_set(err, -ERANGE,
			       "%s: a number of %s is beyond what can be (are the counters of another kernel's kit?)",
			       w->part, pack_shapes[kind].name);
	pack_sums_add(&p->sums, n);
	w->nr_rows++;
	return 0;
}

static int put_bytes(struct rec_writer *w, sqlite3_stmt *s, int64_t id,
		     struct buf *b, struct errbuf *err)
{
	int rc;

	if (!b->len)
		return 0;
	sqlite3_bind_int64(s, 1, id);
	sqlite3_bind_blob64(s, 2, b->data, b->len, SQLITE_STATIC);
	rc = rec_step(w, s, err);
	sqlite3_clear_bindings(s);
	b->len = 0;
	return rc;
}

/* The run is over: its sums, and which samples they are of. */
static int put_run(struct rec_writer *w, struct errbuf *err)
{
	sqlite3_stmt *s = w->stmts[STMT_RUN];
	struct rec_run *r = &w->run;
	const int64_t n[] = { ++r->id, r->last, (int64_t)r->begin_ns,
			      (int64_t)r->end_ns, (int64_t)r->inner_ns,
			      (int64_t)r->missed };
	int rc;

	for (int i = 0; i < (int)ARRAY_LEN(n); i++)
		sqlite3_bind_int64(s, i + 1, n[i]);
	rc = rec_step(w, s, err);
	for (int i = 0; !rc && i < PACK_NR_KINDS; i++) {
		pack_sums_take(&w->packs[i].sums, &w->scratch);
		rc = put_bytes(w, w->packs[i].run, r->id, &w->scratch, err);
	}
	*r = (struct rec_run) { .id = r->id, .last = r->last };
	return rc;
}

int rec_runs_flush(struct rec_writer *w, struct errbuf *err)
{
	struct rec_run *r = &w->run;
	int rc = 0;

	for (int i = 0; !rc && i < PACK_NR_KINDS; i++) {
		struct rec_packing *p = &w->packs[i];

		rc = put_bytes(w, p->sample, r->last, &p->bytes, err);
		p->state = (struct pack_state) { 0 };
	}
	return rc || !r->ends ? rc : put_run(w, err);
}

int rec_runs_sample(struct rec_writer *w, int64_t id, uint64_t begin_ns,
		    uint64_t end_ns, uint64_t missed, struct errbuf *err)
{
	struct rec_run *r = &w->run;
	int rc = rec_runs_flush(w, err);

	r->inner_ns = r->nr ? r->end_ns : 0;
	r->nr++;
	r->ends = w->phase_began || id <= 2 || r->nr >= REC_SAMPLES_PER_RUN;
	w->phase_began = false;
	r->last = id;
	r->begin_ns = begin_ns;
	r->end_ns = end_ns;
	r->missed += missed;
	return rc;
}

static int unpack_kind(struct rec_writer *w, enum pack_kind kind,
		       sqlite3_stmt *from, sqlite3_stmt *to, struct errbuf *err)
{
	const struct pack_shape *shape = &pack_shapes[kind];
	int rc = 0, step = SQLITE_DONE;

	while (!rc && (step = sqlite3_step(from)) == SQLITE_ROW) {
		const void *data = sqlite3_column_blob(from, 1);
		struct pack_reader r = pack_reader(data, (size_t)
						   sqlite3_column_bytes(from, 1));
		int64_t n[PACK_MAX_NUMBERS];

		sqlite3_bind_int64(to, 1, sqlite3_column_int64(from, 0));
		while (!rc && pack_next(kind, &r, n) > 0) {
			for (int i = 0; i < shape->keys + shape->values; i++)
				if (n[i] < 0)
					sqlite3_bind_null(to, i + 2);
				else
					sqlite3_bind_int64(to, i + 2, n[i]);
			rc = rec_step(w, to, err);
		}
	}
	return rc || step == SQLITE_DONE ? rc : rec_sql_error(w, err);
}

static int unpack_table(struct rec_writer *w, enum pack_kind kind,
			struct errbuf *err)
{
	const struct pack_shape *shape = &pack_shapes[kind];
	sqlite3_stmt *from = NULL, *to = NULL;
	char sql[96];
	int rc;

	snprintf(sql, sizeof(sql), "SELECT sample, data FROM %s_pack",
		 shape->name);
	rc = prepare_insert(w, shape->name, "",
			    1 + shape->keys + shape->values, &to, err);
	if (!rc && sqlite3_prepare_v2(w->db, sql, -1, &from, NULL))
		rc = rec_sql_error(w, err);
	if (!rc)
		rc = unpack_kind(w, kind, from, to, err);
	sqlite3_finalize(from);
	sqlite3_finalize(to);
	return rc;
}

static int unpack_all(struct rec_writer *w, struct errbuf *err)
{
	char version[48];
	int rc = rec_exec(w, row_schema, err);

	for (int i = 0; !rc && i < PACK_NR_KINDS; i++)
		rc = unpack_table(w, (enum pack_kind)i, err);
	rec_runs_finalize(w);
	sqlite3_finalize(w->stmts[STMT_RUN]);
	w->stmts[STMT_RUN] = NULL;
	if (!rc)
		rc = exec_each(w, "DROP TABLE %s_pack; DROP TABLE %s_run;",
			       err);
	if (!rc)
		rc = rec_exec(w, "DROP TABLE run", err);
	snprintf(version, sizeof(version), "PRAGMA user_version=%d",
		 REC_VERSION_ROWS);
	return rc ? rc : rec_exec(w, version, err);
}

void rec_runs_unpack(struct rec_writer *w)
{
	struct errbuf err;

	if (w->nr_rows > MAX_UNPACKED || rec_begin(w, &err))
		return;
	if (unpack_all(w, &err) || rec_exec(w, "COMMIT", &err)) {
		sqlite3_exec(w->db, "ROLLBACK", NULL, NULL, NULL);
		return;
	}
	/* without the room that the packed rows took */
	sqlite3_exec(w->db, "VACUUM", NULL, NULL, NULL);
}

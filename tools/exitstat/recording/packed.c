// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the packed rows of a recording (see pack.h), sample by sample, and
 * the runs of samples that stand for them in a summary.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recording/pack.h"
#include "recording/reader-internal.h"

/* One pass over the packed rows of a kind. */
struct pass {
	struct recording *r;
	enum pack_kind kind;
	const char *columns;	/* as rec_check_number() has them */
	int64_t *elapsed;	/* of each vCPU in the sample at hand; or NULL */
	rec_row_fn fn;
	void *arg;
	struct errbuf *err;
};

static struct pack_reader reader_of(sqlite3_stmt *s, int column)
{
	const void *data = sqlite3_column_blob(s, column);

	return pack_reader(data, (size_t)sqlite3_column_bytes(s, column));
}

/* What "time" is read with: how long each vCPU's account went on. */
static int read_elapsed(const struct pass *p, sqlite3_stmt *s)
{
	struct pack_reader r = reader_of(s, 2);
	int64_t n[PACK_MAX_NUMBERS];
	int rc;

	for (size_t i = 0; i < p->r->nr_vcpus; i++)
		p->elapsed[i] = -1;
	while ((rc = pack_next(PACK_VCPU_TIME, &r, n)) > 0) {
		if (n[0] < 1 || (uint64_t)n[0] > p->r->nr_vcpus || n[1] < 0)
			return -EINVAL;
		p->elapsed[n[0] - 1] = n[1];
	}
	return rc;
}

static bool check_row(const struct pass *p, int64_t *n)
{
	for (int i = 0; p->columns[i]; i++)
		if (!(n[i] == -1 && p->columns[i] == 'm') &&
		    !rec_check_number(p->r, p->columns[i], &n[i]))
			return false;
	return true;
}

/* The rows of one sample, or of one run; *done: @fn wants no more. */
static int read_rows(const struct pass *p, sqlite3_stmt *s, int64_t before,
		     bool *done)
{
	const struct pack_shape *shape = &pack_shapes[p->kind];
	struct pack_reader r = reader_of(s, 1);
	int64_t n[REC_MAX_COLUMNS] = { 0 };
	int rc = p->elapsed ? read_elapsed(p, s) : 0;

	while (!rc && (rc = pack_next(p->kind, &r, n + 1)) > 0) {
		n[0] = sqlite3_column_int64(s, 0) + before;
		if (p->elapsed)
			n[1 + shape->keys + shape->values] = -1;
		if (!check_row(p, n)) {
			rc = -EINVAL;
			break;
		}
		if (p->elapsed)
			n[1 + shape->keys + shape->values] = p->elapsed[n[1]];
		rc = p->fn(p->arg, n);
		*done = rc;
	}
	return rc;
}

/* @after: rows up to this id are left out; @before: is added to ids. */
static int read_table(const struct pass *p, const char *suffix, const char *id,
		      int64_t after, int64_t before)
{
	const char *name = pack_shapes[p->kind].name;
	int rc = 0, step = SQLITE_DONE;
	bool done = false;
	sqlite3_stmt *s;
	char sql[256];

	snprintf(sql, sizeof(sql), p->elapsed ?
		 "SELECT t.%1$s, t.data, v.data FROM %2$s_%3$s t LEFT JOIN vcpu_time_%3$s v USING(%1$s) WHERE t.%1$s > ? ORDER BY t.%1$s" :
		 "SELECT %1$s, data FROM %2$s_%3$s WHERE %1$s > ? ORDER BY %1$s",
		 id, name, suffix);
	if (sqlite3_prepare_v2(p->r->db, sql, -1, &s, NULL))
		return rec_read_error(p->r, p->err);
	sqlite3_bind_int64(s, 1, after);
	while (!rc && (step = sqlite3_step(s)) == SQLITE_ROW)
		rc = read_rows(p, s, before, &done);
	if (rc && !done)
		rc = rec_corrupt(p->r, name, p->err);
	else if (!rc && step != SQLITE_DONE)
		rc = rec_read_error(p->r, p->err);
	sqlite3_finalize(s);
	return rc;
}

int rec_packed_rows(struct recording *r, enum pack_kind kind,
		    const char *columns, rec_row_fn fn, void *arg,
		    struct errbuf *err)
{
	struct pass p = { r, kind, columns, NULL, fn, arg, err };
	int rc = 0;

	if (kind == PACK_TIME)
		p.elapsed = xcalloc(r->nr_vcpus, sizeof(*p.elapsed));
	if (r->nr_runs)
		rc = read_table(&p, "run", "run", 0, 0);
	if (!rc)
		rc = read_table(&p, "pack", "sample", r->summed_up,
				r->nr_runs - r->summed_up);
	free(p.elapsed);
	return rc;
}

/* ---- summaries ---- */

/* Does a phase begin where this run, or sample, had to be divided? */
static bool divides(const struct recording *r, uint64_t from_ns, uint64_t to_ns)
{
	for (size_t i = 0; i < r->nr_phases; i++)
		if (r->phases[i].begin_ns > from_ns &&
		    r->phases[i].begin_ns <= to_ns)
			return true;
	return false;
}

/* -EINVAL: this cannot be; 1: these runs do not suit the phases. */
static int add_sample(struct recording *r, size_t *cap, sqlite3_stmt *s)
{
	uint64_t last_ns = r->nr_samples ?
			   r->samples[r->nr_samples - 1].end_ns : 0;
	int64_t inner_ns = sqlite3_column_int64(s, 4);
	struct rec_sample *m;

	r->samples = vec_room(r->samples, r->nr_samples, cap, sizeof(*m));
	m = &r->samples[r->nr_samples++];
	*m = (struct rec_sample) {
		.begin_ns = (uint64_t)sqlite3_column_int64(s, 1),
		.end_ns = (uint64_t)sqlite3_column_int64(s, 2),
		.missed = (uint64_t)sqlite3_column_int64(s, 3),
	};
	if (m->end_ns < m->begin_ns || m->begin_ns < last_ns ||
	    (uint64_t)inner_ns > m->begin_ns)
		return -EINVAL;
	return divides(r, last_ns, (uint64_t)inner_ns);
}

static int load_samples(struct recording *r, const char *sql, size_t *cap,
			int64_t *last, struct errbuf *err)
{
	int64_t id = *last;
	int rc = 0, step = SQLITE_DONE;
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(r->db, sql, -1, &s, NULL))
		return rec_read_error(r, err);
	sqlite3_bind_int64(s, 1, id);
	while (!rc && (step = sqlite3_step(s)) == SQLITE_ROW) {
		if (sqlite3_column_int64(s, 0) != ++id)
			rc = -EINVAL;
		else
			rc = add_sample(r, cap, s);
		*last = sqlite3_column_int64(s, 5);
	}
	if (rc == -EINVAL)
		rc = rec_corrupt(r, "run", err);
	else if (!rc && step != SQLITE_DONE)
		rc = rec_read_error(r, err);
	sqlite3_finalize(s);
	return rc;
}

int rec_is_long(struct recording *r, uint64_t max, bool *out,
		struct errbuf *err)
{
	int64_t samples = 0, vcpus = 0;
	int rc = rec_number(r, "SELECT max(id) FROM sample", &samples, err);

	if (!rc)
		rc = rec_number(r, "SELECT count(*) FROM vcpu", &vcpus, err);
	*out = vcpus > 0 && samples > 0 &&
	       (uint64_t)samples > max / (uint64_t)vcpus;
	return rc;
}

int rec_load_summary(struct recording *r, struct errbuf *err)
{
	int64_t last = 0, taken;
	size_t cap = 0;
	int rc;

	rc = load_samples(r, "SELECT id, begin_ns, end_ns, missed, inner_ns, last FROM run WHERE id > ? ORDER BY id",
			  &cap, &last, err);
	r->nr_runs = (int64_t)r->nr_samples;
	r->summed_up = last;
	taken = last;
	if (!rc)
		rc = load_samples(r, "SELECT id, begin_ns, end_ns, missed, 0, id FROM sample WHERE id > ? ORDER BY id",
				  &cap, &taken, err);
	r->nr_taken = (size_t)taken;
	if (rc <= 0)
		return rc;
	free(r->samples);
	r->samples = NULL;
	r->nr_samples = 0;
	r->nr_runs = 0;
	r->summed_up = 0;
	return rc;
}

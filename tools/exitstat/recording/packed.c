// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the packed rows of a recording (see pack.h), sample by sample, or, in a
 * summary, run by run.
 *
 * A writer puts the rows of a sample in any order. They are sorted here, and
 * those with the same keys are added up, so that readers need not care.
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
	struct rec_limits limits[REC_MAX_COLUMNS];	/* of the columns */
	rec_row_fn fn;
	void *arg;
	struct errbuf *err;
	/* the rows of the sample at hand, after their sample */
	int64_t (*rows)[PACK_MAX_NUMBERS];
	size_t nr, cap;
	bool unsorted;
};

static struct pack_reader reader_of(sqlite3_stmt *s, int column)
{
	const void *data = sqlite3_column_blob(s, column);

	return pack_reader(data, (size_t)sqlite3_column_bytes(s, column));
}

static int by_keys(const void *a, const void *b, void *arg)
{
	const struct pass *p = arg;

	return pack_compare(p->kind, a, b);
}

static void sort_rows(struct pass *p)
{
	size_t nr = 0;

	if (!p->unsorted)
		return;
	p->unsorted = false;
	qsort_r(p->rows, p->nr, sizeof(*p->rows), by_keys, p);
	for (size_t i = 0; i < p->nr; i++)
		if (nr && !pack_compare(p->kind, p->rows[nr - 1], p->rows[i]))
			pack_add(p->kind, p->rows[nr - 1], p->rows[i]);
		else
			memmove(p->rows[nr++], p->rows[i], sizeof(*p->rows));
	p->nr = nr;
}

/* Room for another row; of a damaged recording, many may have the same keys. */
static int64_t *room_for_row(struct pass *p)
{
	if (p->nr == p->cap) {
		sort_rows(p);
		p->rows = vec_reserve(p->rows, p->nr, p->cap / 2 + 1, &p->cap,
				      sizeof(*p->rows));
	}
	return p->rows[p->nr];
}

static int nr_numbers(enum pack_kind kind)
{
	return pack_shapes[kind].keys + pack_shapes[kind].values;
}

static bool check_row(const struct pass *p, int64_t *row)
{
	for (int i = 0; i < nr_numbers(p->kind); i++)
		if (!rec_check_number(&p->limits[i + 1], &row[i]))
			return false;
	return true;
}

/* Those of one sample, or of one run. */
static int load_rows(struct pass *p, sqlite3_stmt *s)
{
	struct pack_reader r = reader_of(s, 1);
	int64_t *row;
	int rc;

	p->nr = 0;
	while ((rc = pack_next(p->kind, &r, row = room_for_row(p))) > 0) {
		if (!check_row(p, row))
			return -EINVAL;
		if (p->nr && pack_compare(p->kind, p->rows[p->nr - 1], row) >= 0)
			p->unsorted = true;
		p->nr++;
	}
	sort_rows(p);
	return rc;
}

/* *done: @fn wants no more. */
static int pass_rows(struct pass *p, int64_t sample, bool *done)
{
	int numbers = nr_numbers(p->kind);
	int64_t n[REC_MAX_COLUMNS] = { sample };
	int rc = rec_check_number(&p->limits[0], &n[0]) ? 0 : -EINVAL;

	for (size_t i = 0; !rc && i < p->nr; i++) {
		memcpy(n + 1, p->rows[i], sizeof(*n) * (size_t)numbers);
		rc = p->fn(p->arg, n);
		*done = rc;
	}
	return rc;
}

static int read_rows(struct pass *p, sqlite3_stmt *s, int64_t before,
		     bool *done)
{
	int rc = load_rows(p, s);

	/* a sum of any two, as a damaged recording has */
	return rc ? rc : pass_rows(p, (int64_t)((uint64_t)
				   sqlite3_column_int64(s, 0) +
				   (uint64_t)before), done);
}

/*
 * Rows of samples, or of runs, that come after @after; @before is added to what
 * identifies them.
 */
static int read_table(struct pass *p, const char *table, const char *id,
		      int64_t after, int64_t before)
{
	const char *name = pack_shapes[p->kind].name;
	int rc = 0, step = SQLITE_DONE;
	bool done = false;
	sqlite3_stmt *s;
	char sql[256];

	snprintf(sql, sizeof(sql),
		 "SELECT %1$s, %2$s FROM %3$s WHERE %1$s > ? AND %2$s IS NOT NULL ORDER BY %1$s",
		 id, name, table);
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
		    const enum rec_column *columns, rec_row_fn fn, void *arg,
		    struct errbuf *err)
{
	struct pass p = { .r = r, .kind = kind, .fn = fn, .arg = arg,
			  .err = err };
	int rc = 0;

	for (int i = 0; columns[i]; i++)
		p.limits[i] = rec_limits_of(r, columns[i]);
	if (r->nr_runs)
		rc = read_table(&p, "run", "id", 0, 0);
	if (!rc)
		rc = read_table(&p, "pack", "sample", r->summed_up,
				r->nr_runs - r->summed_up);
	free(p.rows);
	return rc;
}

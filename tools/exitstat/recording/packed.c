// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads rows of numbers (see reader.h): packed rows (pack.h) sample by sample or, in
 * a summary, block by block; and details, which are plain rows.
 *
 * The rows of a sample may be in any order. They are sorted here, and rows with equal
 * keys are added up.
 */
#include <stdlib.h>
#include <string.h>

#include "recording/reader-internal.h"

struct limits {
	int64_t min, max;
	int64_t base;		/* subtracted, to turn ids into indices */
};

/* One pass over the rows of a kind. */
struct pass {
	enum pack_kind kind;
	int nr_numbers;
	struct limits samples;
	struct limits limits[PACK_MAX_NUMBERS];	/* of the numbers */
	int64_t before;		/* added to the ids of rows */
	bool is_v6;
	rec_row_fn fn;
	void *arg;
	/* the rows of the current sample */
	int64_t (*rows)[PACK_MAX_NUMBERS];
	size_t nr, cap;
	bool unsorted;
};

static struct limits ids(size_t nr)
{
	return (struct limits) { 1, (int64_t)nr, 1 };
}

static struct limits limits_of(const struct recording *r, enum rec_number what)
{
	switch (what) {
	case REC_VCPU_ID:
		return ids(r->nr_vcpus);
	case REC_REASON_ID:
		return ids(r->nr_reasons);
	case REC_BUCKET:
		return (struct limits) { 0, REC_NR_BUCKETS - 1, 0 };
	case REC_FLAG:
		return (struct limits) { 0, 1, 0 };
	case REC_COUNT_OR_NULL:
		return (struct limits) { -1, INT64_MAX, 0 };
	default:
		return (struct limits) { 0, INT64_MAX, 0 };
	}
}

static bool check_number(const struct limits *l, int64_t *n)
{
	if (*n < l->min || *n > l->max)
		return false;
	*n -= l->base;
	return true;
}

/* ---- packed rows ---- */

static struct pack_reader reader_of(const struct pass *p, sqlite3_stmt *s,
				    int column)
{
	const void *data = sqlite3_column_blob(s, column);
	struct pack_reader r = pack_reader(data,
		(size_t)sqlite3_column_bytes(s, column));

	r.is_v6 = p->is_v6;
	return r;
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

/* Room for another row; in a damaged recording many may have the same keys. */
static int64_t *room_for_row(struct pass *p)
{
	if (p->nr == p->cap) {
		sort_rows(p);
		p->rows = vec_reserve(p->rows, p->nr, p->cap / 2 + 1, &p->cap,
				      sizeof(*p->rows));
	}
	return p->rows[p->nr];
}

static bool check_row(const struct pass *p, int64_t *row)
{
	for (int i = 0; i < p->nr_numbers; i++)
		if (!check_number(&p->limits[i], &row[i]))
			return false;
	return true;
}

/* The rows of one sample or block. */
static int load_rows(struct pass *p, sqlite3_stmt *s)
{
	struct pack_reader r = reader_of(p, s, 1);
	int64_t *row;
	int rc;

	p->nr = 0;
	while ((rc = pack_next(p->kind, &r, row = room_for_row(p))) > 0) {
		if (!check_row(p, row))
			return REC_DAMAGED;
		if (p->nr && pack_compare(p->kind, p->rows[p->nr - 1], row) >= 0)
			p->unsorted = true;
		p->nr++;
	}
	sort_rows(p);
	return rc ? REC_DAMAGED : 0;
}

static int pass_rows(void *arg, sqlite3_stmt *s)
{
	struct pass *p = arg;
	/* sums may overflow in a damaged recording */
	int64_t n[REC_MAX_COLUMNS] = { (int64_t)((uint64_t)p->before +
				       (uint64_t)sqlite3_column_int64(s, 0)) };
	int rc = load_rows(p, s);

	if (!rc && !check_number(&p->samples, &n[0]))
		rc = REC_DAMAGED;
	for (size_t i = 0; !rc && i < p->nr; i++) {
		memcpy(n + 1, p->rows[i], sizeof(*n) * (size_t)p->nr_numbers);
		rc = p->fn(p->arg, n);
	}
	return rc;
}

/*
 * Reads the rows of samples or blocks after id @after; @before is added to their ids.
 */
static int read_table(struct recording *r, struct pass *p, const char *table,
		      const char *id, int64_t after, int64_t before,
		      struct errbuf *err)
{
	const char *name = pack_shapes[p->kind].name;
	struct buf sql = { 0 };
	int rc;

	buf_printf(&sql, "SELECT %1$s, %2$s FROM %3$s WHERE %1$s > ? AND %2$s IS NOT NULL ORDER BY %1$s",
		   id, name, table);
	p->before = before;
	rc = rec_select(r, sql.data, after, name, pass_rows, p, err);
	buf_free(&sql);
	return rc;
}

static int read_packed(struct recording *r, struct pass *p, struct errbuf *err)
{
	int rc = 0;

	/* format 6 has no such tables */
	if (p->is_v6 && (p->kind == PACK_NESTED || p->kind == PACK_MODIFIERS))
		return 0;
	if (r->nr_runs)
		rc = read_table(r, p, "block", "id", 0, 0, err);
	if (!rc)
		rc = read_table(r, p, "pack", "sample", r->summed_up,
				r->nr_runs - r->summed_up, err);
	free(p->rows);
	return rc;
}

/* ---- details ---- */

static int pass_detail(void *arg, sqlite3_stmt *s)
{
	int64_t n[REC_MAX_COLUMNS] = { 0 };
	const struct pass *p = arg;

	for (int i = 0; i < p->nr_numbers; i++) {
		n[i] = sqlite3_column_int64(s, i);
		if (sqlite3_column_type(s, i) != SQLITE_INTEGER)
			return REC_DAMAGED;
	}
	return check_row(p, n) ? p->fn(p->arg, n) : REC_DAMAGED;
}

int rec_for_each_row(struct recording *r, enum pack_kind kind, rec_row_fn fn,
		     void *arg, struct errbuf *err)
{
	const struct pack_shape *shape = &pack_shapes[kind];
	struct pass p = { .kind = kind, .fn = fn, .arg = arg,
			  .is_v6 = r->version == 6,
			  .nr_numbers = shape->keys + shape->values,
			  .samples = ids(r->nr_samples) };

	for (int i = 0; i < p.nr_numbers; i++)
		p.limits[i] = limits_of(r, rec_numbers[kind][i].is);
	if (kind != PACK_DETAIL)
		return read_packed(r, &p, err);
	return rec_select(r, p.is_v6 ?
			  "SELECT vcpu, reason, value, other, count, 0 FROM detail ORDER BY vcpu, reason, other, value" :
			  "SELECT vcpu, reason, value, other, count, at_least FROM detail ORDER BY vcpu, reason, other, value",
			  0, shape->name, pass_detail, &p, err);
}

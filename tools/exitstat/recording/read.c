// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads a recording without trusting it (see reader.h).
 *
 * A recording may be foreign, damaged or written by another program. Every value is
 * checked before it is used as an index: row ids must count from 1 without gaps, and
 * references must be to existing rows.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recording/reader-internal.h"

/* Control characters, including C1 in UTF-8, which a terminal could interpret. */
static bool is_control(const char *c)
{
	unsigned char a = (unsigned char)c[0], b = (unsigned char)c[1];

	return (a < 0x20 && a != '\n' && a != '\t') || a == 0x7f ||
	       (a == 0xc2 && b >= 0x80 && b < 0xa0);
}

static char *column_text(sqlite3_stmt *s, int i)
{
	const char *text = (const char *)sqlite3_column_text(s, i);
	char *copy = xstrdup(text ? text : "");

	for (char *c = copy; *c; c++)
		if (is_control(c)) {
			if ((unsigned char)*c == 0xc2)
				*c++ = '?';
			*c = '?';
		}
	return copy;
}

static uint64_t column_u64(sqlite3_stmt *s, int i)
{
	return (uint64_t)sqlite3_column_int64(s, i);
}

static int load_column(const struct recording *r, sqlite3_stmt *s, int i,
		       const struct rec_column *c, void *row)
{
	int type = sqlite3_column_type(s, i);
	void *at = (char *)row + c->at;

	switch (c->type) {
	case REC_U32:
		*(uint32_t *)at = (uint32_t)sqlite3_column_int64(s, i);
		break;
	case REC_UNKNOWN:
		((struct rec_vcpu *)row)->has_unknown = type != SQLITE_NULL;
		/* fall through */
	case REC_U64:
	case REC_TIME:
		*(uint64_t *)at = column_u64(s, i);
		break;
	case REC_VALUE:
		((struct rec_meta *)row)->is_number = type == SQLITE_INTEGER;
		/* fall through */
	case REC_TEXT:
		*(char **)at = column_text(s, i);
		break;
	case REC_TEXT_OR_NULL:
		*(char **)at = type == SQLITE_NULL ? NULL : column_text(s, i);
		break;
	case REC_OF_VM:
		*(size_t *)at = column_u64(s, i) - 1;
		return *(size_t *)at < r->nr_vms ? 0 : REC_DAMAGED;
	case REC_OF_PHASE:
		*(int *)at = (int)column_u64(s, i) - 1;
		return column_u64(s, i) <= r->nr_phases ? 0 : REC_DAMAGED;
	}
	return 0;
}

/* Store the columns of @table, after the first of @s, in the struct of its row. */
static int load_columns(const struct recording *r, enum rec_table table,
			sqlite3_stmt *s, void *row)
{
	int rc = 0, i = 1;

	for (const struct rec_column *c = rec_layouts[table].columns;
	     !rc && c->name; c++)
		rc = load_column(r, s, i++, c, row);
	return rc;
}

/* Checks the order by time. */
static bool last_phase_fits(const struct recording *r)
{
	const struct rec_phase *p = &r->phases[r->nr_phases - 1];

	return !(p->end_ns && p->end_ns < p->begin_ns) &&
	       !(r->nr_phases > 1 && p->begin_ns < p[-1].begin_ns);
}

/* A table that is being loaded. */
struct load {
	struct recording *r;
	enum rec_table table;
	size_t cap;
};

static int load_row(void *arg, sqlite3_stmt *s)
{
	struct load *t = arg;
	const struct rec_layout *l = &rec_layouts[t->table];
	void **array = (void **)((char *)t->r + l->array);
	size_t *nr = (size_t *)((char *)t->r + l->nr);
	int64_t id = sqlite3_column_int64(s, 0);
	char *row;

	*array = vec_room(*array, *nr, &t->cap, l->size);
	row = (char *)*array + (*nr)++ * l->size;
	memset(row, 0, l->size);
	if ((id && id != (int64_t)*nr) ||
	    load_columns(t->r, t->table, s, row) ||
	    (t->table == REC_PHASE && !last_phase_fits(t->r)))
		return REC_DAMAGED;
	return 0;
}

static int load_table(struct recording *r, enum rec_table table,
		      struct errbuf *err)
{
	struct load load = { .r = r, .table = table };
	struct buf sql = { 0 };
	int rc;

	rec_schema_select(&sql, table);
	rc = rec_select(r, sql.data, 0, rec_layouts[table].name, load_row,
			&load, err);
	buf_free(&sql);
	return rc;
}

/* Samples or blocks that are being loaded. */
struct samples {
	struct recording *r;
	size_t cap;
	int64_t id;		/* of the last row */
	int64_t last;		/* sample in it */
};

/* Checks the order by time, and so by phase. */
static int load_sample(void *arg, sqlite3_stmt *s)
{
	struct samples *l = arg;
	struct recording *r = l->r;
	struct rec_sample *m;

	r->samples = vec_room(r->samples, r->nr_samples, &l->cap, sizeof(*m));
	m = &r->samples[r->nr_samples++];
	l->last = sqlite3_column_int64(s, 5);
	if (sqlite3_column_int64(s, 0) != ++l->id ||
	    load_columns(r, REC_SAMPLE, s, m) ||
	    m->end_ns < m->begin_ns)
		return REC_DAMAGED;
	return m > r->samples && (m->begin_ns < m[-1].end_ns ||
				  m->phase < m[-1].phase) ? REC_DAMAGED : 0;
}

/* Load the samples, after the phases; @summary: blocks replace their samples. */
static int load_samples(struct recording *r, bool summary,
			struct errbuf *err)
{
	struct samples l = { .r = r };
	int rc = 0;

	if (summary)
		rc = rec_select(r, "SELECT id, begin_ns, end_ns, missed, phase, last FROM block WHERE id > ? ORDER BY id",
				0, "block", load_sample, &l, err);
	r->nr_runs = (int64_t)r->nr_samples;
	r->summed_up = l.id = l.last;
	if (!rc)
		rc = rec_select(r, "SELECT id, begin_ns, end_ns, missed, phase, id FROM sample WHERE id > ? ORDER BY id",
				l.last, "sample", load_sample, &l, err);
	r->nr_taken = (size_t)l.last;
	if (!rc && !r->nr_samples)
		rc = rec_corrupt(r, "no samples", err);
	return rc;
}

/* Whether there are more than @max samples times vCPUs. */
static int is_long(struct recording *r, uint64_t max, bool *out,
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

/*
 * Pages that a summary does not need are not checked: a day has a few hundred
 * megabytes. SQLite reports errors in the pages that are read.
 */
static int load_all(struct recording *r, uint64_t max, struct errbuf *err)
{
	bool summary = false;
	int rc;

	rc = rec_check_identity(r, err);
	if (!rc)
		rc = rec_check_tables(r, err);
	if (!rc)
		rc = is_long(r, max, &summary, err);
	if (!rc && !summary)
		rc = rec_check_pages(r, err);
	for (int i = 0; !rc && i < REC_NR_TABLES; i++)
		if (i != REC_SAMPLE)
			rc = load_table(r, (enum rec_table)i, err);
	if (!rc)
		rc = load_samples(r, summary, err);
	return rc ? rc : rec_find_groups(r, err);
}

int rec_open_upto(struct recording *r, const char *path, uint64_t max,
		  struct errbuf *err)
{
	sqlite3 *db = NULL;
	int rc;

	memset(r, 0, sizeof(*r));
	r->path = xstrdup(path);
	if (access(path, R_OK)) {
		rc = rec_missing(r, err);
		rec_close(r);
		return rc;
	}
	rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
	r->db = db;
	/* a consistent view while the recording continues */
	if (!rc)
		rc = sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
	rc = rc ? rec_read_error(r, err) : load_all(r, max, err);
	if (rc)
		rec_close(r);
	else
		r->interrupted = !rec_get_u64(r, "complete");
	return rc;
}

int rec_open(struct recording *r, const char *path, struct errbuf *err)
{
	return rec_open_upto(r, path, UINT64_MAX, err);
}

int rec_open_summary(struct recording *r, const char *path,
		     struct errbuf *err)
{
	return rec_open_upto(r, path, REC_MAX_IN_FULL, err);
}

static void free_table(struct recording *r, const struct rec_layout *l)
{
	char *array = *(char **)((char *)r + l->array);
	size_t nr = *(size_t *)((char *)r + l->nr);

	for (size_t i = 0; i < nr; i++)
		for (const struct rec_column *c = l->columns; c->name; c++)
			if (c->type == REC_TEXT || c->type == REC_VALUE ||
			    c->type == REC_TEXT_OR_NULL)
				free(*(char **)(array + i * l->size + c->at));
	free(array);
}

void rec_close(struct recording *r)
{
	for (int i = 0; i < REC_NR_TABLES; i++)
		free_table(r, &rec_layouts[i]);
	free(r->path);
	sqlite3_close(r->db);
	memset(r, 0, sizeof(*r));
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a recording as an SQLite database with a row for every number of a sample, and
 * with the totals and views of the recording (exitstat-recording(5)).
 *
 * The reader has checked everything; ids start at 1, as in the recording.
 */
#include <string.h>

#include "export/export.h"
#include "recording/schema.h"
#include "recording/writer.h"

struct pass {
	struct recording *r;
	struct rec_writer *w;
	enum pack_kind kind;
	export_progress_fn progress;
	void *arg;
	size_t sample;		/* sample of the last row */
	struct errbuf *err;
};

/* ---- plain rows ---- */

static int put_table(const struct pass *p, enum rec_table table)
{
	const struct rec_layout *l = &rec_layouts[table];
	const char *rows = *(char *const *)((const char *)p->r + l->array);
	size_t nr = *(const size_t *)((const char *)p->r + l->nr);
	int rc = 0;

	for (size_t i = 0; !rc && i < nr; i++)
		rc = rec_put(p->w, table, (int64_t)i + 1, rows + i * l->size,
			     p->err);
	return rc;
}

/* Convert indices back to ids. */
static void put_ids(const struct pass *p, int64_t *n)
{
	for (int i = 0; i < PACK_MAX_NUMBERS; i++)
		n[i] += rec_numbers[p->kind][i].name &&
			rec_numbers[p->kind][i].is <= REC_REASON_ID;
}

static int on_detail(void *arg, const int64_t *n)
{
	const struct pass *p = arg;
	int64_t row[PACK_MAX_NUMBERS];

	memcpy(row, n, sizeof(row));
	put_ids(p, row);
	return rec_detail(p->w, row, p->err);
}

/* ---- numbers ---- */

static void tell_progress(struct pass *p, size_t sample)
{
	if (sample == p->sample)
		return;
	p->sample = sample;
	p->progress(p->arg, ((double)p->kind + (double)sample /
			     (double)p->r->nr_samples) / PACK_NR_KINDS);
}

static int on_row(void *arg, const int64_t *n)
{
	struct pass *p = arg;
	int64_t row[PACK_MAX_NUMBERS];

	memcpy(row, n + 1, sizeof(row));
	put_ids(p, row);
	tell_progress(p, (size_t)n[0]);
	return rec_rows_put(p->w, p->kind, n[0] + 1,
			    p->r->samples[n[0]].phase + 1, row, p->err);
}

static int put_all(struct pass *p)
{
	int rc = rec_begin(p->w, p->err);

	for (int i = 0; !rc && i < REC_NR_TABLES; i++)
		rc = put_table(p, (enum rec_table)i);
	p->kind = PACK_DETAIL;
	if (!rc)
		rc = rec_for_each_row(p->r, p->kind, on_detail, p, p->err);
	for (int i = 0; !rc && i < PACK_NR_KINDS; i++) {
		p->kind = (enum pack_kind)i;
		rc = rec_for_each_row(p->r, p->kind, on_row, p, p->err);
	}
	return rc;
}

int export_sqlite(struct recording *r, const char *file, const char *name,
		  export_progress_fn progress, void *arg, struct errbuf *err)
{
	struct pass p = { .r = r, .progress = progress, .arg = arg,
			  .err = err };
	int rc = rec_rows_create(&p.w, file, name, err);

	if (rc)
		return rc;
	rc = put_all(&p);
	if (!rc)
		return rec_rows_finish(p.w, (int64_t)r->nr_samples, err);
	rec_rows_discard(p.w);
	return rc;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sums over each phase, as plain SQL rows (see writer-internal.h and
 * exitstat-recording(5)). Only those of one phase are in memory.
 *
 * They are written as a whole, in the same transaction as the number of their last
 * sample, and replace rows with the same keys.
 */
#include "recording/writer-internal.h"

void rec_totals_free(struct rec_writer *w)
{
	for (int i = 0; i < PACK_NR_KINDS; i++)
		pack_sums_free(&w->totals.sums[i]);
}

int rec_totals_begin(struct rec_writer *w, int64_t phase, struct errbuf *err)
{
	int rc;

	if (phase == w->totals.phase)
		return 0;
	rc = rec_totals_write(w, err);
	for (int i = 0; i < PACK_NR_KINDS; i++)
		pack_sums_clear(&w->totals.sums[i]);
	w->totals.phase = phase;
	return rc;
}

void rec_totals_add(struct rec_writer *w, enum pack_kind kind,
		    const int64_t *n)
{
	pack_sums_add(&w->totals.sums[kind], n);
	w->totals.changed = true;
}

size_t rec_totals_rows(const struct rec_writer *w)
{
	size_t nr = 0;

	for (int i = 0; i < PACK_NR_KINDS; i++)
		nr += w->totals.sums[i].nr;
	return nr;
}

static int write_kind(struct rec_writer *w, enum pack_kind kind,
		      struct errbuf *err)
{
	const struct rec_totals *t = &w->totals;
	const struct pack_sums *s = &t->sums[kind];
	int rc = 0;

	for (size_t i = 0; !rc && i < s->nr; i++)
		rc = rec_put_numbers(w, REC_TOTALS, kind, t->phase, s->rows[i],
				     err);
	return rc;
}

static int write_rows(struct rec_writer *w, struct errbuf *err)
{
	int rc = 0;

	if (!w->totals.changed)
		return 0;
	w->totals.changed = false;
	for (int i = 0; !rc && i < PACK_NR_KINDS; i++)
		rc = write_kind(w, (enum pack_kind)i, err);
	return rc;
}

int rec_totals_write(struct rec_writer *w, struct errbuf *err)
{
	sqlite3_stmt *s = w->stmts[STMT_TOTALS_UPTO];
	int rc = write_rows(w, err);

	if (rc || w->totals.upto == w->totals.written)
		return rc;
	w->totals.written = w->totals.upto;
	sqlite3_bind_int64(s, 1, w->totals.upto);
	return rec_step(w, s, err);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packs the rows of each sample, and their sums over blocks of samples (see
 * writer-internal.h and exitstat-recording(5)). A long recording is reported from
 * its blocks, without reading every sample.
 *
 * A block is written when the sample after it starts, so at any time the blocks and
 * the samples after them are complete. All samples of a block are in one phase; the
 * first two samples are blocks of their own.
 */
#include <errno.h>

#include "recording/writer-internal.h"

/*
 * Totals with at most this many rows (some milliseconds) are written with each
 * block; larger ones when their phase or the recording ends.
 */
#define MAX_TOTALS_PER_RUN	4096

void rec_blocks_free(struct rec_writer *w)
{
	for (int i = 0; i < PACK_NR_KINDS; i++) {
		buf_free(&w->packs[i].bytes);
		pack_sums_free(&w->packs[i].sums);
	}
}

int rec_row(struct rec_writer *w, enum pack_kind kind, int64_t sample,
	    const int64_t *n, struct errbuf *err)
{
	struct rec_packing *p = &w->packs[kind];
	int rc = kind == PACK_USERSPACE ?
		 rec_name_kvm_exit(w, (uint32_t)n[1], err) : 0;

	if (rc)
		return rc;
	if (!w->block.nr || sample != w->block.last)
		return err_set(err, -EINVAL,
			       "%s: row of sample %lld, which is not the last",
			       w->part, (long long)sample);
	if (pack_put_and_add(kind, &p->state, &p->bytes, &p->sums, n))
		return err_set(err, -ERANGE,
			       "%s: value out of range in table %s (incompatible kernel module?)",
			       w->part, pack_shapes[kind].name);
	return 0;
}

/* Binds the bytes of all kinds to the columns from @column on, and clears them. */
static int put_bytes(struct rec_writer *w, sqlite3_stmt *s, int column,
		     struct errbuf *err)
{
	int rc;

	for (int i = 0; i < PACK_NR_KINDS; i++) {
		const struct buf *b = &w->packs[i].bytes;

		if (b->len)
			sqlite3_bind_blob64(s, column + i, b->data, b->len,
					    SQLITE_STATIC);
	}
	rc = rec_step(w, s, err);
	sqlite3_clear_bindings(s);
	for (int i = 0; i < PACK_NR_KINDS; i++)
		w->packs[i].bytes.len = 0;
	return rc;
}

/* The block is complete: write its sums and add them to the totals. */
static int put_block(struct rec_writer *w, struct errbuf *err)
{
	struct rec_block *r = &w->block;
	const int64_t n[] = { ++r->id, r->last, (int64_t)r->begin_ns,
			      (int64_t)r->end_ns, (int64_t)r->missed,
			      r->phase };
	int rc = rec_totals_begin(w, r->phase, err);

	for (int i = 0; i < PACK_NR_KINDS; i++) {
		struct pack_sums *sums = &w->packs[i].sums;

		for (size_t row = 0; row < sums->nr; row++)
			rec_totals_add(w, sums->kind, sums->rows[row]);
		pack_sums_take(sums, &w->packs[i].bytes);
	}
	for (int i = 0; i < (int)ARRAY_LEN(n); i++)
		sqlite3_bind_int64(w->stmts[STMT_BLOCK], i + 1, n[i]);
	if (!rc)
		rc = put_bytes(w, w->stmts[STMT_BLOCK], (int)ARRAY_LEN(n) + 1, err);
	w->totals.upto = r->last;
	r->nr = 0;
	r->missed = 0;
	if (!rc && rec_totals_rows(w) <= MAX_TOTALS_PER_RUN)
		rc = rec_totals_write(w, err);
	return rc;
}

int rec_blocks_flush(struct rec_writer *w, struct errbuf *err)
{
	bool any = false;

	for (int i = 0; i < PACK_NR_KINDS; i++) {
		any |= w->packs[i].bytes.len > 0;
		w->packs[i].state = (struct pack_state) { 0 };
	}
	if (!any)
		return 0;
	sqlite3_bind_int64(w->stmts[STMT_PACK], 1, w->block.last);
	return put_bytes(w, w->stmts[STMT_PACK], 2, err);
}

int rec_blocks_end(struct rec_writer *w, struct errbuf *err)
{
	int rc = rec_blocks_flush(w, err);

	return rc || !w->block.nr ? rc : put_block(w, err);
}

/*
 * The phase of the counts since the previous sample: the one in which that interval
 * begins, because each phase begins with a sample. Only the first interval begins
 * before the command; there its middle decides.
 */
static int64_t phase_of(const struct rec_writer *w, int64_t id, uint64_t end_ns)
{
	uint64_t at_ns = id > 1 ? w->block.end_ns : end_ns;
	size_t phase = w->nr_phases;

	if (id == 2 && end_ns > at_ns)
		at_ns += (end_ns - at_ns) / 2;
	while (phase && w->phase_begins[phase - 1] > at_ns)
		phase--;
	return (int64_t)phase;
}

/* A new sample of @phase starts: write the previous one to the database. */
static int begin_sample(struct rec_writer *w, int64_t id, int64_t phase,
			struct errbuf *err)
{
	const struct rec_block *r = &w->block;
	bool ends = id <= 3 || phase != r->phase ||
		    r->nr >= REC_SAMPLES_PER_BLOCK;
	int rc = ends ? rec_blocks_end(w, err) : rec_blocks_flush(w, err);

	return rc || phase == r->phase ? rc : rec_totals_write(w, err);
}

int rec_sample(struct rec_writer *w, int64_t id, uint64_t begin_ns,
	       uint64_t end_ns, uint64_t missed, struct errbuf *err)
{
	int64_t phase = phase_of(w, id, end_ns);
	int rc = begin_sample(w, id, phase, err);
	struct rec_block *r = &w->block;

	r->nr++;
	r->last = id;
	r->begin_ns = begin_ns;
	r->end_ns = end_ns;
	r->missed += missed;
	r->phase = phase;
	return rc ? rc : rec_put(w, REC_SAMPLE, id, &(struct rec_sample) {
		begin_ns, end_ns, missed, (int)phase - 1 }, err);
}

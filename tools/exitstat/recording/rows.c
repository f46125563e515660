// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes an export to SQLite: the tables of a recording, with rows instead of bytes,
 * and the same totals (see writer.h). The file is not crash-safe, because a partial
 * export is useless.
 */
#include <stdlib.h>

#include "recording/writer-internal.h"

static const char pragmas[] =
	"PRAGMA page_size=4096;"
	"PRAGMA journal_mode=OFF;"
	"PRAGMA synchronous=OFF;"
	"PRAGMA locking_mode=EXCLUSIVE;";

int rec_rows_create(struct rec_writer **out, const char *file, const char *name,
		    struct errbuf *err)
{
	struct rec_writer *w = xcalloc(1, sizeof(*w));
	int rc;

	w->part = xstrdup(name);
	w->if_full = "nothing was written";
	rc = rec_open_db(w, file, pragmas, true, err);
	if (rc)
		rec_close_writer(w);
	else
		*out = w;
	return rc;
}

int rec_rows_put(struct rec_writer *w, enum pack_kind kind, int64_t sample,
		 int64_t phase, const int64_t *n, struct errbuf *err)
{
	int rc = rec_totals_begin(w, phase, err);

	rec_totals_add(w, kind, n);
	return rc ? rc : rec_put_numbers(w, REC_ROWS, kind, sample, n, err);
}

int rec_rows_finish(struct rec_writer *w, int64_t nr_samples,
		    struct errbuf *err)
{
	int rc;

	w->totals.upto = nr_samples;
	rc = rec_totals_write(w, err);
	if (!rc)
		rc = rec_commit(w, err);
	rec_close_writer(w);
	return rc;
}

void rec_rows_discard(struct rec_writer *w)
{
	rec_close_writer(w);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads the samples of a recording, or, of a long one, the runs of samples that
 * stand for them in a summary (see reader.h).
 */
#include <errno.h>
#include <sqlite3.h>

#include "recording/reader-internal.h"

static uint64_t column(sqlite3_stmt *s, int i)
{
	return (uint64_t)sqlite3_column_int64(s, i);
}

/* In order of time, and so of phases. */
static int load_sample(struct recording *r, sqlite3_stmt *s)
{
	struct rec_sample *m = &r->samples[r->nr_samples++];
	uint64_t phase = column(s, 4);

	*m = (struct rec_sample) {
		.begin_ns = column(s, 1), .end_ns = column(s, 2),
		.missed = column(s, 3), .phase = (int)phase - 1,
	};
	if (m->end_ns < m->begin_ns || phase > r->nr_phases)
		return -EINVAL;
	if (r->nr_samples == 1)
		return 0;
	return m->begin_ns < m[-1].end_ns || m->phase < m[-1].phase ?
	       -EINVAL : 0;
}

/* Those of @table after @last, which moves on to the last sample in them. */
static int load_from(struct recording *r, const char *table, const char *sql,
		     size_t *cap, int64_t *last, struct errbuf *err)
{
	int64_t id = *last;
	int rc = 0, step = SQLITE_DONE;
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(r->db, sql, -1, &s, NULL))
		return rec_read_error(r, err);
	sqlite3_bind_int64(s, 1, id);
	while (!rc && (step = sqlite3_step(s)) == SQLITE_ROW) {
		r->samples = vec_room(r->samples, r->nr_samples, cap,
				      sizeof(*r->samples));
		rc = load_sample(r, s);
		if (sqlite3_column_int64(s, 0) != ++id)
			rc = -EINVAL;
		*last = sqlite3_column_int64(s, 5);
	}
	if (rc)
		rc = rec_corrupt(r, table, err);
	else if (step != SQLITE_DONE)
		rc = rec_read_error(r, err);
	sqlite3_finalize(s);
	return rc;
}

int rec_load_samples(struct recording *r, bool summary, struct errbuf *err)
{
	int64_t last = 0;
	size_t cap = 0;
	int rc = 0;

	if (summary)
		rc = load_from(r, "run", "SELECT id, begin_ns, end_ns, missed, phase, last FROM run WHERE id > ? ORDER BY id",
			       &cap, &last, err);
	r->nr_runs = (int64_t)r->nr_samples;
	r->summed_up = last;
	if (!rc)
		rc = load_from(r, "sample", "SELECT id, begin_ns, end_ns, missed, phase, id FROM sample WHERE id > ? ORDER BY id",
			       &cap, &last, err);
	r->nr_taken = (size_t)last;
	if (!rc && !r->nr_samples)
		rc = rec_corrupt(r, "it has no sample", err);
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

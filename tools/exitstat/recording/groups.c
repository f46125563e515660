// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of numbers as rows: what each of their columns must be, and whether
 * a group was recorded at all (see reader.h).
 */
#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "exits/groups.h"
#include "recording/reader-internal.h"

/* The kinds that are packed, as rows after their sample. */
static const struct {
	enum pack_kind kind;
	enum rec_column columns[REC_MAX_COLUMNS + 1];
} packed[REC_NR_ROWS] = {
	[REC_CLOSURE] = { PACK_CLOSURE, { REC_SAMPLE_ID, REC_VCPU_ID,
		REC_COUNT, REC_COUNT, REC_COUNT } },
	[REC_VCPU_TIME] = { PACK_VCPU_TIME, { REC_SAMPLE_ID, REC_VCPU_ID,
		REC_COUNT, REC_COUNT } },
	[REC_TIME] = { PACK_TIME, { REC_SAMPLE_ID, REC_VCPU_ID, REC_REASON_ID,
		REC_COUNT, REC_COUNT, REC_COUNT, REC_COUNT, REC_COUNT,
		REC_COUNT_OR_NULL } },
	[REC_HISTOGRAM] = { PACK_HISTOGRAM, { REC_SAMPLE_ID, REC_VCPU_ID,
		REC_REASON_ID, REC_BUCKET, REC_COUNT } },
	[REC_USERSPACE] = { PACK_USERSPACE, { REC_SAMPLE_ID, REC_VCPU_ID,
		REC_COUNT, REC_COUNT } },
};

static const enum rec_column delta_columns[] = {
	REC_SAMPLE_ID, REC_VCPU_ID, REC_REASON_ID, REC_COUNT,
	REC_COUNT_OR_NULL, REC_COUNT_OR_NULL, REC_COUNT_OR_NULL,
	REC_COUNT_OR_NULL, REC_END
};

static const enum rec_column detail_columns[] = {
	REC_VCPU_ID, REC_REASON_ID, REC_COUNT, REC_FLAG, REC_COUNT, REC_END
};

static bool read_detail(const struct recording *r, sqlite3_stmt *s, int64_t *n)
{
	for (int i = 0; detail_columns[i]; i++) {
		struct rec_limits limits = rec_limits_of(r, detail_columns[i]);

		n[i] = sqlite3_column_int64(s, i);
		if (sqlite3_column_type(s, i) != SQLITE_INTEGER ||
		    !rec_check_number(&limits, &n[i]))
			return false;
	}
	return true;
}

static int for_each_detail(struct recording *r, rec_row_fn fn, void *arg,
			   struct errbuf *err)
{
	int64_t n[REC_MAX_COLUMNS] = { 0 };
	int rc = 0, step = SQLITE_DONE;
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(r->db,
			       "SELECT vcpu, reason, value, other, count FROM detail ORDER BY vcpu, reason, other, value",
			       -1, &s, NULL))
		return rec_read_error(r, err);
	while (!rc && (step = sqlite3_step(s)) == SQLITE_ROW) {
		if (read_detail(r, s, n))
			rc = fn(arg, n);
		else
			rc = rec_corrupt(r, "detail", err);
	}
	if (!rc && step != SQLITE_DONE)
		rc = rec_read_error(r, err);
	sqlite3_finalize(s);
	return rc;
}

int rec_for_each_row(struct recording *r, enum rec_rows which, rec_row_fn fn,
		     void *arg, struct errbuf *err)
{
	if (which == REC_DETAIL)
		return for_each_detail(r, fn, arg, err);
	return rec_packed_rows(r, packed[which].kind, packed[which].columns, fn,
			       arg, err);
}

/* For callers who want a struct. */
struct delta_pass {
	rec_delta_fn fn;
	void *arg;
};

static int pass_delta(void *arg, const int64_t *n)
{
	const struct delta_pass *p = arg;

	return p->fn(p->arg, &(struct rec_delta) {
		.sample = (size_t)n[0], .vcpu = (size_t)n[1],
		.reason = (size_t)n[2],
		.n = { n[3], n[4], n[5], n[6], n[7] },
	});
}

int rec_for_each_delta(struct recording *r, rec_delta_fn fn, void *arg,
		       struct errbuf *err)
{
	struct delta_pass pass = { fn, arg };

	return rec_packed_rows(r, PACK_DELTA, delta_columns, pass_delta, &pass,
			       err);
}

/* Which group a table's rows are of. */
static const uint32_t group_of[REC_NR_ROWS] = {
	[REC_TIME] = KES_GROUP_TIME,
	[REC_HISTOGRAM] = KES_GROUP_HISTOGRAM,
	[REC_DETAIL] = KES_GROUP_DETAIL,
};

static int found(void *arg, const int64_t *n)
{
	(void)arg;
	(void)n;
	return 1;
}

int rec_find_groups(struct recording *r, struct errbuf *err)
{
	const char *list = rec_get(r, "groups");
	struct errbuf ignored;
	int rc;

	/* what was on at the last sample, and what was on before and left rows */
	if (groups_parse(list, &r->groups, &ignored))
		r->groups = 0;
	r->groups |= KES_GROUP_COUNT;
	for (int i = 0; i < REC_NR_ROWS; i++) {
		if (!group_of[i] || (r->groups & group_of[i]))
			continue;
		rc = rec_for_each_row(r, i, found, NULL, err);
		if (rc < 0)
			return rc;
		if (rc)
			r->groups |= group_of[i];
	}
	return 0;
}

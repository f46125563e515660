// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the tables of entries and of the groups: time, histogram, returns to
 * user space and details (see reader.h). All are rows of numbers, so one
 * loop reads them, and a letter per column says what a number must be.
 */
#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "exits/groups.h"
#include "recording/reader-internal.h"

static const struct {
	const char *name;
	const char *sql;
	/*
	 * s, v, r: id of a sample, vCPU, reason; b: bucket; f: 0 or 1; n: not
	 * negative; m: that, or NULL
	 */
	const char *columns;
	int since;		/* version of the recording */
	int packed;		/* the kind of pack it is in; -1: not packed */
} queries[REC_NR_ROWS] = {
	[REC_CLOSURE] = { "closure",
		"SELECT sample, vcpu, attempts, entry_failed, emulation FROM closure ORDER BY sample, vcpu",
		"svnnn", 1, PACK_CLOSURE },
	[REC_VCPU_TIME] = { "vcpu_time",
		"SELECT sample, vcpu, elapsed_ns, guest_ns FROM vcpu_time ORDER BY sample, vcpu",
		"svnn", 2, PACK_VCPU_TIME },
	[REC_TIME] = { "time",
		"SELECT sample, vcpu, reason, handler_ns, userspace_ns, halt_poll_ns, halt_block_ns, preempted_ns, max_ns, elapsed_ns FROM time LEFT JOIN vcpu_time USING(sample, vcpu) ORDER BY sample, vcpu, reason",
		"svrnnnnnmm", 2, PACK_TIME },
	[REC_HISTOGRAM] = { "histogram",
		"SELECT sample, vcpu, reason, bucket, count FROM histogram ORDER BY sample, vcpu, reason, bucket",
		"svrbn", 2, PACK_HISTOGRAM },
	[REC_USERSPACE] = { "userspace",
		"SELECT sample, vcpu, kvm_exit, count FROM userspace ORDER BY sample, vcpu, kvm_exit",
		"svnn", 2, PACK_USERSPACE },
	[REC_DETAIL] = { "detail",
		"SELECT vcpu, reason, value, other, count FROM detail ORDER BY vcpu, reason, other, value",
		"vrnfn", 2, -1 },
};

static bool read_row(const struct recording *r, sqlite3_stmt *s,
		     const char *columns, int64_t *n)
{
	for (int i = 0; columns[i]; i++) {
		int type = sqlite3_column_type(s, i);

		n[i] = -1;
		if (type == SQLITE_NULL && columns[i] == 'm')
			continue;
		n[i] = sqlite3_column_int64(s, i);
		if (type != SQLITE_INTEGER ||
		    !rec_check_number(r, columns[i], &n[i]))
			return false;
	}
	return true;
}

int rec_for_each_row(struct recording *r, enum rec_rows which, rec_row_fn fn,
		     void *arg, struct errbuf *err)
{
	int64_t n[REC_MAX_COLUMNS] = { 0 };
	int rc = 0, step = SQLITE_DONE;
	sqlite3_stmt *s;

	if (r->version < queries[which].since)	/* made before there were any */
		return 0;
	if (r->version >= REC_VERSION_PACKED && queries[which].packed >= 0)
		return rec_packed_rows(r, (enum pack_kind)queries[which].packed,
				       queries[which].columns, fn, arg, err);
	if (sqlite3_prepare_v2(r->db, queries[which].sql, -1, &s, NULL))
		return rec_read_error(r, err);
	while (!rc && (step = sqlite3_step(s)) == SQLITE_ROW) {
		if (read_row(r, s, queries[which].columns, n))
			rc = fn(arg, n);
		else
			rc = rec_corrupt(r, queries[which].name, err);
	}
	if (!rc && step != SQLITE_DONE)
		rc = rec_read_error(r, err);
	sqlite3_finalize(s);
	return rc;
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the reader of recordings and its users.
 *
 * An input that begins like an SQLite file is used as such. Any other input is a
 * list of SQL edits to a small recording, interrupted or finished: random bytes in a
 * file nearly always fail in SQLite's own checks, edits reach those of the tool. Each
 * recording is read in full and in summary. If it is accepted, it must make a model,
 * its rows must be ordered and within bounds, and its export to SQLite must have
 * views and totals that SQL can read.
 */
#include <fcntl.h>
#include <sqlite3.h>

#include "export/export.h"
#include "fuzz.h"
#include "model/latency.h"
#include "model/load.h"
#include "recmade.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

#define NR_SAMPLES	70	/* more than a block */
#define NR_VCPUS	2
#define NR_REASONS	3

static struct buf templates[2];	/* interrupted, finished */

static struct rec_writer *make(void)
{
	static const int64_t phases[] = { 30, 0 };
	struct recmade m = recmade_begin(NR_VCPUS, NR_REASONS, 1);

	must(rec_detail(m.w, (int64_t[]) { 1, 1, 0x3f8, 0, 7, 1 }, &err));
	recmade_samples(&m, NR_SAMPLES, phases);
	return m.w;
}

static void load(const char *path, struct buf *out)
{
	char chunk[65536];
	FILE *f = fopen(path, "r");
	size_t n;

	REQUIRE(f);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_append(out, chunk, n);
	fclose(f);
}

static void store(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	REQUIRE(fd >= 0 && write(fd, data, len) == (ssize_t)len);
	close(fd);
}

/* Make a killed recording, with its log checkpointed, and a finished one. */
static void make_templates(void)
{
	sqlite3 *db;

	rec_leave(make());
	REQUIRE(!sqlite3_open(part, &db));
	REQUIRE(!sqlite3_exec(db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL));
	REQUIRE(!sqlite3_close(db));
	load(part, &templates[0]);
	must(rec_finish(make(), &err));
	load(work, &templates[1]);
}

int LLVMFuzzerInitialize(int *argc UNUSED, char ***argv UNUSED)
{
	choose_work();
	make_templates();
	return 0;
}

/* ---- edits: ?1 is a row, ?2 a number, ?3 bytes ---- */

#define EDIT_PACK(kind) \
	"UPDATE pack SET " kind "=?3 WHERE sample=?1", \
	"UPDATE block SET " kind "=?3 WHERE id=?1", \
	"UPDATE pack SET " kind "=?2 WHERE sample=?1"
#define EDIT(table, column, id) \
	"UPDATE " table " SET " column "=?2 WHERE " id "=?1"

static const char *const edits[] = {
	EDIT_PACK("delta"), EDIT_PACK("entries"), EDIT_PACK("vcpu_time"),
	EDIT_PACK("time"), EDIT_PACK("histogram"), EDIT_PACK("userspace"),
	EDIT("pack", "sample", "sample"),
	EDIT("block", "id", "id"), EDIT("block", "last", "id"),
	EDIT("block", "begin_ns", "id"), EDIT("block", "end_ns", "id"),
	EDIT("block", "missed", "id"), EDIT("block", "phase", "id"),
	EDIT("sample", "id", "id"), EDIT("sample", "begin_ns", "id"),
	EDIT("sample", "end_ns", "id"), EDIT("sample", "missed", "id"),
	EDIT("sample", "phase", "id"),
	EDIT("phase", "begin_ns", "id"), EDIT("phase", "end_ns", "id"),
	EDIT("vcpu", "vm", "id"), EDIT("vcpu", "vcpu_id", "id"),
	EDIT("vcpu", "id", "id"), EDIT("vm", "id", "id"),
	EDIT("reason", "id", "id"), EDIT("reason", "code", "id"),
	EDIT("detail", "value", "vcpu"),
	EDIT("detail", "other", "vcpu"), EDIT("detail", "count", "vcpu"),
	EDIT("detail", "reason", "vcpu"), EDIT("kvm_exit", "code", "code"),
	EDIT("delta_total", "l1", "vcpu"), EDIT("delta_total", "vcpu", "vcpu"),
	EDIT("time_total", "phase", "vcpu"), EDIT("totals_upto", "sample", "1"),
	"UPDATE meta SET value=?2 WHERE key='tsc_khz'",
	"UPDATE meta SET value=?3 WHERE key='groups'",
	"UPDATE meta SET value=?2 WHERE key='interval_ns'",
	"UPDATE reason SET name=?3, isa=?3, class=?3 WHERE id=?1",
	"DELETE FROM sample WHERE id>?1", "DELETE FROM block WHERE id>?1",
	"DELETE FROM pack WHERE sample>?1",
	"DELETE FROM vcpu WHERE id>?1", "DELETE FROM reason WHERE id>?1",
	"DELETE FROM kvm_exit", "DELETE FROM phase", "DELETE FROM delta_total",
	"DROP TABLE block", "DROP TABLE time_total", "DROP VIEW totals",
	"ALTER TABLE pack RENAME TO other", "DROP VIEW details",
	"CREATE VIEW block AS SELECT * FROM sample", "PRAGMA user_version=3",
};

struct input {
	const uint8_t *data;
	size_t len;
};

static uint64_t take(struct input *in, size_t bytes)
{
	uint64_t n = 0;

	for (size_t i = 0; i < bytes && in->len; i++, in->data++, in->len--)
		n |= (uint64_t)*in->data << 8 * i;
	return n;
}

static void edit(sqlite3 *db, struct input *in)
{
	const char *sql = edits[take(in, 1) % ARRAY_LEN(edits)];
	size_t len;
	sqlite3_stmt *s;

	/* the table was dropped: nothing to edit */
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) || !s)
		return;
	if (sqlite3_bind_parameter_index(s, "?1"))
		sqlite3_bind_int64(s, 1, (sqlite3_int64)take(in, 1));
	if (sqlite3_bind_parameter_index(s, "?2"))
		sqlite3_bind_int64(s, 2, (sqlite3_int64)take(in, take(in, 1) %
							     9));
	if (sqlite3_bind_parameter_index(s, "?3")) {
		len = take(in, 1);
		if (len > in->len)
			len = in->len;
		sqlite3_bind_blob64(s, 3, in->data, len, SQLITE_TRANSIENT);
		in->data += len;
		in->len -= len;
	}
	sqlite3_step(s);
	sqlite3_finalize(s);
}

static void edit_template(struct input *in)
{
	const struct buf *from = &templates[take(in, 1) % 2];
	sqlite3 *db;

	store(work, from->data, from->len);
	REQUIRE(!sqlite3_open(work, &db));
	sqlite3_exec(db, "PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF; BEGIN",
		     NULL, NULL, NULL);
	for (int i = 0; i < 8 && in->len; i++)
		edit(db, in);
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	sqlite3_close(db);
}

/* ---- reading ---- */

/* The columns that order a table's rows; each key must be unique. */
struct order {
	int keys;		/* 0: any order */
	bool any;
	int64_t last[4];
};

static int use_row(void *arg, const int64_t *n)
{
	struct order *o = arg;
	int i = 0;

	while (o->any && i < o->keys && n[i] == o->last[i])
		i++;
	REQUIRE(!o->any || !o->keys || (i < o->keys && n[i] >= o->last[i]));
	o->any = true;
	memcpy(o->last, n, sizeof(o->last));
	return 0;
}

static int use_delta(void *arg, const int64_t *n)
{
	const struct recording *r = arg;

	REQUIRE((size_t)n[0] < r->nr_samples && (size_t)n[1] < r->nr_vcpus &&
		(size_t)n[2] < r->nr_reasons && n[3] >= 0);
	return 0;
}

static void may_refuse(int rc)
{
	require_message(rc < 0 ? rc : 0);
	*err.text = '\0';
}

static void use_model(struct recording *r)
{
	struct model_heat h;
	struct model m;
	int rc = model_load_latency(&m, r, 10, &err);

	may_refuse(rc);
	if (rc)
		return;
	for (size_t i = 0; i < m.bins.nr; i++)
		REQUIRE(m.bins.points[i].end_ns >= m.bins.points[i].begin_ns);
	model_heat_make(&h, &m, 3);
	REQUIRE(!h.nr || h.lowest <= h.highest);
	model_heat_free(&h);
	model_free(&m);
}

static void no_progress(void *arg UNUSED, double share)
{
	REQUIRE(share >= 0 && share <= 1);
}

static void use_database(const char *path)
{
	static const char *const views[] = {
		"totals", "totals_vcpu", "totals_userspace",
		"totals_histogram", "details",
	};
	char sql[64];
	sqlite3 *db;

	REQUIRE(!sqlite3_open(path, &db));
	for (size_t i = 0; i < ARRAY_LEN(views); i++) {
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", views[i]);
		REQUIRE(!sqlite3_exec(db, sql, NULL, NULL, NULL));
	}
	sqlite3_close(db);
}

static void use_export(struct recording *r)
{
	int rc;

	store(exported, "", 0);
	rc = export_sqlite(r, exported, "export", no_progress, NULL, &err);
	may_refuse(rc);
	if (!rc)
		use_database(exported);
}

static void read_as(uint64_t max)
{
	static const int keys[PACK_NR_SHAPES] = {
		[PACK_DELTA] = 3, [PACK_ENTRIES] = 2, [PACK_VCPU_TIME] = 2,
		[PACK_TIME] = 3, [PACK_HISTOGRAM] = 4, [PACK_USERSPACE] = 3,
	};
	struct recording r;
	int rc = rec_open_upto(&r, work, max, &err);

	may_refuse(rc);
	if (rc)
		return;
	may_refuse(rec_for_each_row(&r, PACK_DELTA, use_delta, &r, &err));
	for (int i = 0; i < PACK_NR_SHAPES; i++) {
		struct order order = { .keys = keys[i] };

		may_refuse(rec_for_each_row(&r, (enum pack_kind)i, use_row, &order,
					    &err));
	}
	use_model(&r);
	use_export(&r);
	rec_close(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input in = { data, len };

	if (len >= 16 && !memcmp(data, "SQLite format 3", 16))
		store(work, data, len);
	else
		edit_template(&in);
	read_as(UINT64_MAX);
	read_as(1);
	return 0;
}

#ifndef FUZZ_LIBFUZZER
/* Random edits with usually small numbers, like rows and sizes. */
static void seed(size_t i, struct buf *out)
{
	uint8_t first[] = { (uint8_t)(i % 2), (uint8_t)(i / 2 - 1) };

	if (i < ARRAY_LEN(templates)) {
		buf_append(out, templates[i].data, templates[i].len);
		return;
	}
	buf_append(out, first, sizeof(first));
	for (size_t len = 2 + random_below(60); len > 0; len--) {
		uint8_t byte = (uint8_t)random_below(random_below(4) ? 12 : 256);

		buf_append(out, &byte, 1);
	}
}

/* Edits of an invalid template would test nothing. */
static bool template_is_valid(int which)
{
	struct recording r;
	struct model m;
	bool valid;

	store(work, templates[which].data, templates[which].len);
	if (rec_open(&r, work, &err))
		return false;
	valid = r.interrupted == !which && r.nr_samples == NR_SAMPLES &&
		!model_load(&m, &r, &err);
	if (valid) {
		valid = m.total > 0 && m.groups.has_histogram;
		model_free(&m);
	}
	rec_close(&r);
	use_database(work);
	return valid;
}

static bool templates_are_valid(void)
{
	LLVMFuzzerInitialize(NULL, NULL);
	return template_is_valid(0) && template_is_valid(1);
}

FUZZ_WITH(.inputs = "edited recordings", .runs = 400,
	  .nr_seeds = 2 + ARRAY_LEN(edits) * 2, .seed = seed,
	  .seeds_valid = templates_are_valid)
#endif

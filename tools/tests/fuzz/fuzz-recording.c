// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reader of recordings against damaged ones, and what it hands to.
 *
 * An input that begins as SQLite's files do is such a file. Any other is a list
 * of edits to a small recording, interrupted or finished, by SQL: random bytes
 * in a file nearly always end at SQLite's own checks, edits end at ours. Each is
 * read in full and in summary; what is taken must make a model, have rows that
 * are in order and within bounds, and have an export to SQLite, whose views and
 * totals any SQL can read.
 *
 * Built with clang -fsanitize=fuzzer this is a libFuzzer target (make -C
 * tools/tests fuzz). Built without, main() runs a fixed number of edits from a
 * fixed seed, under the sanitizers, and emits TAP; with a directory, it puts
 * inputs to begin with there.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export/export.h"
#include "model/latency.h"
#include "model/load.h"
#include "random.h"
#include "recording/writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define MS		NSEC_PER_MSEC
#define NR_SAMPLES	70	/* more than a run */
#define NR_VCPUS	2
#define NR_REASONS	3

static char work[64];		/* the file that is read */
static char exported[80];
static struct buf templates[2];	/* interrupted, finished */

static void must(int rc, const struct errbuf *err)
{
	if (!rc)
		return;
	fprintf(stderr, "fuzz-recording: %s\n", err->text);
	abort();
}

static void put_sample(struct rec_writer *w, int64_t k, struct errbuf *err)
{
	uint64_t at = (uint64_t)k * 100 * MS;
	const uint64_t entries[3] = { 9, 1, 0 };
	const int64_t ns[REC_NR_STATES] = { 5, 4, 3, 2, 1 };
	const struct rec_counts n = { 300, k % 2 ? 2 : -1, 1, 0, 1 };

	must(rec_sample(w, k, at, at + MS, k == 9, err), err);
	for (int64_t v = 1; k > 1 && v <= NR_VCPUS; v++) {
		for (int64_t i = 1; i <= NR_REASONS; i++) {
			must(rec_delta(w, k, v, i, &n, err), err);
			must(rec_time(w, k, v, i, ns, k % 3 ? k : -1, err),
			     err);
			must(rec_histogram(w, k, v, i, (int)k % 40, 3, err),
			     err);
		}
		must(rec_closure(w, k, v, entries, err), err);
		must(rec_vcpu_time(w, k, v, 100 * MS, MS, err), err);
		must(rec_userspace(w, k, v, 2, 5, err), err);
	}
}

static struct rec_writer *make(struct errbuf *err)
{
	struct rec_writer *w;

	must(rec_create(&w, work, true, err), err);
	must(rec_begin(w, err), err);
	must(rec_meta_u64(w, "interval_ns", 100 * MS, err), err);
	must(rec_meta_u64(w, "tsc_khz", 1000, err), err);
	must(rec_meta_text(w, "groups", "count,time,histogram,detail", err),
	     err);
	must(rec_vm(w, &(struct rec_vm_row) { .id = 1, .name = "v", .comm = "c",
					      .cmdline = "l" }, err), err);
	for (uint32_t v = 0; v < NR_VCPUS; v++)
		must(rec_vcpu(w, v + 1, 1, v, err), err);
	for (int64_t i = 1; i <= NR_REASONS; i++)
		must(rec_reason(w, &(struct rec_reason_row) {
			.id = i, .isa = "vmx", .code = (uint64_t)i, .name = "N",
			.class = "io", .meaning = "m", .reference = "r" },
			err), err);
	must(rec_detail(w, 1, 1, 0x3f8, false, 7, err), err);
	for (int64_t k = 1; k <= NR_SAMPLES; k++) {
		if (k == 30)
			must(rec_phase(w, 1, "p", 2950 * MS, "line", err), err);
		put_sample(w, k, err);
	}
	must(rec_commit(w, err), err);
	return w;
}

static void load(const char *path, struct buf *out)
{
	char chunk[65536];
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f)
		abort();
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_append(out, chunk, n);
	fclose(f);
}

static void store(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	close(fd);
}

/* As a kill leaves it, with its log folded in; and as it is finished. */
static void make_templates(void)
{
	struct errbuf err;
	char part[80];
	sqlite3 *db;

	snprintf(part, sizeof(part), "%s" REC_PART_SUFFIX, work);
	rec_leave(make(&err));
	if (sqlite3_open(part, &db) ||
	    sqlite3_exec(db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL) ||
	    sqlite3_close(db))
		abort();
	load(part, &templates[0]);
	must(rec_finish(make(&err), &err), &err);
	load(work, &templates[1]);
}

static void remove_work(void)
{
	unlink(work);
	unlink(exported);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *shm = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";

	snprintf(work, sizeof(work), "%s/fuzz-recording.%d", shm, getpid());
	snprintf(exported, sizeof(exported), "%s.db", work);
	make_templates();
	atexit(remove_work);
	return 0;
}

/* ---- edits: ?1 is a row, ?2 a number, ?3 bytes ---- */

#define EDIT_PACK(kind) \
	"UPDATE pack SET " kind "=?3 WHERE sample=?1", \
	"UPDATE run SET " kind "=?3 WHERE id=?1", \
	"UPDATE pack SET " kind "=?2 WHERE sample=?1"
#define EDIT(table, column, id) \
	"UPDATE " table " SET " column "=?2 WHERE " id "=?1"

static const char *const edits[] = {
	EDIT_PACK("delta"), EDIT_PACK("closure"), EDIT_PACK("vcpu_time"),
	EDIT_PACK("time"), EDIT_PACK("histogram"), EDIT_PACK("userspace"),
	EDIT("pack", "sample", "sample"),
	EDIT("run", "id", "id"), EDIT("run", "last", "id"),
	EDIT("run", "begin_ns", "id"), EDIT("run", "end_ns", "id"),
	EDIT("run", "missed", "id"), EDIT("run", "phase", "id"),
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
	"DELETE FROM sample WHERE id>?1", "DELETE FROM run WHERE id>?1",
	"DELETE FROM pack WHERE sample>?1",
	"DELETE FROM vcpu WHERE id>?1", "DELETE FROM reason WHERE id>?1",
	"DELETE FROM kvm_exit", "DELETE FROM phase", "DELETE FROM delta_total",
	"DROP TABLE run", "DROP TABLE time_total", "DROP VIEW totals",
	"ALTER TABLE pack RENAME TO other", "DROP VIEW details",
	"CREATE VIEW run AS SELECT * FROM sample", "PRAGMA user_version=3",
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

	/* of a table that was dropped: nothing happens */
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
	if (sqlite3_open(work, &db))
		abort();
	sqlite3_exec(db, "PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF; BEGIN",
		     NULL, NULL, NULL);
	for (int i = 0; i < 8 && in->len; i++)
		edit(db, in);
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	sqlite3_close(db);
}

/* ---- reading ---- */

/* The columns that order a table's rows, which must each come once. */
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
	if (o->any && o->keys && (i == o->keys || n[i] < o->last[i]))
		abort();
	o->any = true;
	memcpy(o->last, n, sizeof(o->last));
	return 0;
}

static int use_delta(void *arg, const struct rec_delta *d)
{
	const struct recording *r = arg;

	if (d->sample >= r->nr_samples || d->vcpu >= r->nr_vcpus ||
	    d->reason >= r->nr_reasons || d->n.l1 < 0)
		abort();
	return 0;
}

static void must_say(int rc, struct errbuf *err)
{
	if (rc < 0 && (!*err->text || strchr(err->text, '\n')))
		abort();
	*err->text = '\0';
}

static void use_model(struct recording *r, struct errbuf *err)
{
	struct model_heat h;
	struct model m;
	int rc = model_load_latency(&m, r, 10, err);

	must_say(rc, err);
	if (rc)
		return;
	for (size_t i = 0; i < m.bins.nr; i++)
		if (m.bins.points[i].end_ns < m.bins.points[i].begin_ns)
			abort();
	model_heat_make(&h, &m, 3);
	if (h.nr && h.lowest > h.highest)
		abort();
	model_heat_free(&h);
	model_free(&m);
}

static void no_progress(void *arg, double share)
{
	if (!(share >= 0 && share <= 1))
		abort();
}

static void use_database(const char *path)
{
	static const char *const views[] = {
		"totals", "totals_vcpu", "totals_userspace",
		"totals_histogram", "details",
	};
	char sql[64];
	sqlite3 *db;

	if (sqlite3_open(path, &db))
		abort();
	for (size_t i = 0; i < ARRAY_LEN(views); i++) {
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", views[i]);
		if (sqlite3_exec(db, sql, NULL, NULL, NULL))
			abort();
	}
	sqlite3_close(db);
}

static void use_export(struct recording *r, struct errbuf *err)
{
	int rc;

	store(exported, "", 0);
	rc = export_sqlite(r, exported, "export", no_progress, NULL, err);
	must_say(rc, err);
	if (!rc)
		use_database(exported);
}

static void read_as(uint64_t max)
{
	static const int keys[REC_NR_ROWS] = {
		[REC_CLOSURE] = 2, [REC_VCPU_TIME] = 2, [REC_TIME] = 3,
		[REC_HISTOGRAM] = 4, [REC_USERSPACE] = 3,
	};
	struct errbuf err = { "" };
	struct recording r;
	int rc = rec_open_upto(&r, work, max, &err);

	must_say(rc, &err);
	if (rc)
		return;
	must_say(rec_for_each_delta(&r, use_delta, &r, &err), &err);
	for (int i = 0; i < REC_NR_ROWS; i++) {
		struct order order = { .keys = keys[i] };

		must_say(rec_for_each_row(&r, i, use_row, &order, &err), &err);
	}
	use_model(&r, &err);
	use_export(&r, &err);
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
#define RUNS	400

static uint64_t next_random(void)
{
	return random_word() >> 20;
}

/* Some edits, of small numbers mostly, as rows and sizes are. */
static size_t fill(uint8_t *data, size_t max)
{
	size_t len = 4 + next_random() % (max - 4);

	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)(next_random() % 4 ? next_random() % 12 :
							next_random());
	return len;
}

static void write_seeds(const char *dir)
{
	uint8_t data[64];
	char path[256];

	for (size_t i = 0; i < ARRAY_LEN(edits) * 2; i++) {
		size_t len = fill(data, sizeof(data));

		data[0] = (uint8_t)(i % 2);
		data[1] = (uint8_t)(i / 2);
		snprintf(path, sizeof(path), "%s/edit%zu", dir, i);
		store(path, data, len);
	}
	for (size_t i = 0; i < ARRAY_LEN(templates); i++) {
		snprintf(path, sizeof(path), "%s/file%zu", dir, i);
		store(path, templates[i].data, templates[i].len);
	}
}

/* Otherwise no edit would say anything. */
static bool template_is_whole(int which)
{
	struct recording r;
	struct errbuf err;
	struct model m;
	bool whole;

	store(work, templates[which].data, templates[which].len);
	if (rec_open(&r, work, &err))
		return false;
	whole = r.interrupted == !which && r.nr_samples == NR_SAMPLES &&
		!model_load(&m, &r, &err);
	if (whole) {
		whole = m.total > 0 && m.groups.has_histogram;
		model_free(&m);
	}
	rec_close(&r);
	use_database(work);
	return whole;
}

int main(int argc, char **argv)
{
	uint8_t data[64];
	bool whole;

	LLVMFuzzerInitialize(&argc, &argv);
	if (argc == 2) {
		write_seeds(argv[1]);
		return 0;
	}
	whole = template_is_whole(0) && template_is_whole(1);
	for (int i = 0; i < RUNS; i++)
		LLVMFuzzerTestOneInput(data, fill(data, sizeof(data)));
	printf("1..2\n%sok 1 - the recordings that are edited are whole\n"
	       "ok 2 - %d edited recordings, no memory error\n",
	       whole ? "" : "not ", RUNS);
	for (size_t i = 0; i < ARRAY_LEN(templates); i++)
		buf_free(&templates[i]);
	return whole ? 0 : 1;
}
#endif

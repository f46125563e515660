// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of phases, of the tracker from snapshots to a recording, and of
 * the model that is made of it. The clock is ours: times are exact.
 */

#include "unit.h"
#include "model/load.h"
#include "record/phases.h"
#include "snapwrite.h"
#include "record/track.h"

static struct errbuf err;

struct seen {
	char names[256];
	char line[PHASE_LINE_MAX];
};

static void note(void *arg, const char *name, const char *line)
{
	struct seen *s = arg;

	strcat(s->names, name);
	strcat(s->names, ";");
	strcpy(s->line, line);
}

static void feed(struct phases *p, const char *text, struct seen *s)
{
	phases_feed(p, text, strlen(text), note, s);
}

static void phases_advance(void **state)
{
	struct seen s = { 0 };
	struct phases p;

	assert_int_equal(phases_parse(&p, phases_default, "default", &err), 0);
	assert_int_equal(p.nr, 5);
	phases_start(&p, note, &s);
	feed(&p, "SeaBIOS\r\nLinux ver", &s);
	assert_string_equal(s.names, "firmware;");
	/* a line in pieces, with a control character in it */
	feed(&p, "sion 6.12\033[0m", &s);
	feed(&p, "\nsmp: Brought up 1 node\n", &s);
	assert_string_equal(s.names, "firmware;kernel early;kernel init;");
	assert_string_equal(s.line, "smp: Brought up 1 node");
	/* back is not possible, forward over one is */
	feed(&p, "Linux version 6.12\nreboot: Power down\n", &s);
	assert_string_equal(s.names,
			    "firmware;kernel early;kernel init;shutdown;");
	phases_free(&p);
}

static void phases_long_lines(void **state)
{
	struct seen s = { 0 };
	char *junk = malloc(100001);
	struct phases p;

	memset(junk, 'x', 100000);
	junk[100000] = '\0';
	assert_int_equal(phases_parse(&p, "a: ^abc\nb: xLinux", "t", &err), 0);
	feed(&p, junk, &s);
	feed(&p, "Linux\nabc\n", &s);
	assert_string_equal(s.names, "a;");
	phases_free(&p);
	free(junk);
}

static void phases_bad_files(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "no phase" }, { "# only\n\n", "no phase" },
		{ "a: x\nnonsense\n", "f:2: expected" },
		{ "a: x\nb:\n", "f:2: only the first" },
		{ "a: (\n", "f:1: " }, { ": x\n", "f:1: phase names" },
		{ "a name that is far too long to be one: x", "phase names" },
	};
	struct phases p;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(phases_parse(&p, cases[i].text, "f", &err),
				 -EINVAL);
		assert_non_null(strstr(err.text, cases[i].says));
	}
}

/* As many as there may be, each of them seen; and one more. */
static void phases_limit(void **state)
{
	struct buf text = { 0 };
	struct seen s = { 0 };
	struct phases p;
	char line[32];

	for (int i = 0; i < PHASES_MAX; i++)
		buf_printf(&text, "p%d: ^mark %d;\n", i, i);
	assert_int_equal(phases_parse(&p, text.data, "f", &err), 0);
	for (int i = 0; i < PHASES_MAX; i++) {
		s.names[0] = '\0';
		snprintf(line, sizeof(line), "mark %d;\n", i);
		feed(&p, line, &s);
		snprintf(line, sizeof(line), "p%d;", i);
		assert_string_equal(s.names, line);
	}
	phases_free(&p);
	buf_printf(&text, "more: x\n");
	assert_int_equal(phases_parse(&p, text.data, "f", &err), -EINVAL);
	snprintf(line, sizeof(line), "more than %d phases", PHASES_MAX);
	assert_non_null(strstr(err.text, line));
	buf_free(&text);
}

/* ---- from snapshots to a recording ---- */

/* What a test works on: a recording that is being made, then its model. */
struct run {
	char path[64];
	struct rec_writer *w;
	struct tracker *t;
	struct snapshot snap;
	int64_t sample;
	struct recording rec;
	struct model m;
};

static void run_start(struct run *r, bool all)
{
	memset(r, 0, sizeof(*r));
	snprintf(r->path, sizeof(r->path), "test-record.%d.tmp", getpid());
	assert_int_equal(rec_create(&r->w, r->path, true, &err), 0);
	assert_int_equal(rec_meta_u64(r->w, "interval_ns", 1000, &err), 0);
	r->t = track_new(&(struct track_config) {
		.root = "/nonexistent", .all = all });
}

/* The next sample, at 1000 ns after the one before. */
static int try_sample(struct run *r, struct snapwrite *w)
{
	int rc;

	snapwrite_end(w);
	assert_int_equal(snapshot_parse(&r->snap, w->data, w->len, &err), 0);
	snapwrite_free(w);
	r->sample++;
	assert_int_equal(rec_begin(r->w, &err), 0);
	rc = rec_sample(r->w, r->sample, (uint64_t)r->sample * 1000 - 10,
			(uint64_t)r->sample * 1000, 0, &err);
	assert_int_equal(rc, 0);
	rc = track_sample(r->t, &r->snap, r->sample, r->w, &err);
	if (!rc)
		assert_int_equal(rec_commit(r->w, &err), 0);
	return rc;
}

/* One VM with one vCPU; @fields says what of it the source fills. */
static void one_vm(struct snapwrite *w, uint64_t fields, uint64_t io,
		   uint64_t npf, uint64_t died)
{
	snapwrite_begin(w, KES_ISA_SVM, fields);
	snapwrite_vm(w, 1, 1, 500, died, "a");
	snapwrite_vcpu(w, KES_REC_VCPU, 0, io + npf);
	if (io)
		snapwrite_exit(w, &(struct kes_exit) {
			.code = 0x7b, .l1 = io, .userspace = io });
	if (npf)
		snapwrite_exit(w, &(struct kes_exit) {
			.code = 0x400, .l1 = npf });
}

#define ALL_FIELDS	0x1f

static void sample(struct run *r, uint64_t io, uint64_t npf, uint64_t died)
{
	struct snapwrite w;

	one_vm(&w, ALL_FIELDS, io, npf, died);
	assert_int_equal(try_sample(r, &w), 0);
}

static void run_end(struct run *r)
{
	assert_int_equal(rec_finish(r->w, &err), 0);
	track_free(r->t);
	snapshot_free(&r->snap);
	assert_int_equal(rec_open(&r->rec, r->path, &err), 0);
	assert_int_equal(model_load(&r->m, &r->rec, &err), 0);
	unlink(r->path);
}

static void run_free(struct run *r)
{
	model_free(&r->m);
	rec_close(&r->rec);
}

/* Instead of run_end() and run_free(): there is no recording. */
static void run_discard(struct run *r)
{
	track_free(r->t);
	snapshot_free(&r->snap);
	rec_discard(r->w);
}

static void baseline_is_not_counted(void **state)
{
	struct run r;

	run_start(&r, true);
	sample(&r, 1000, 50, 0);
	sample(&r, 1023, 50, 0);
	sample(&r, 1023, 151, 99);
	run_end(&r);
	assert_int_equal(r.m.total, 23 + 101);
	assert_int_equal(model_exits(model_ranked(&r.m, 0)->sum), 101);
	assert_string_equal(model_ranked(&r.m, 0)->info->name, "NPF");
	assert_int_equal(r.m.all->entries[MODEL_ATTEMPTS], 23 + 101);
	assert_int_equal(r.rec.vms[0].died_ns, 99);
	run_free(&r);
}

static void a_new_vm_counts_from_zero(void **state)
{
	struct snapwrite w;
	struct run r;

	run_start(&r, true);
	snapwrite_begin(&w, KES_ISA_SVM, ALL_FIELDS);
	assert_int_equal(try_sample(&r, &w), 0);
	/* born and dead between two samples: its final counters are all */
	sample(&r, 997, 0, 77);
	sample(&r, 997, 0, 77);
	run_end(&r);
	assert_int_equal(r.m.total, 997);
	run_free(&r);
}

static void unknown_codes_keep_their_number(void **state)
{
	struct snapwrite w;
	struct run r;

	run_start(&r, true);
	sample(&r, 5, 0, 0);
	one_vm(&w, ALL_FIELDS, 5, 0, 0);
	snapwrite_exit(&w, &(struct kes_exit) {
		.code = KES_CODE_UNKNOWN, .l1 = 3 });
	snapwrite_unknown_last(&w, 0xdead);
	assert_int_equal(try_sample(&r, &w), 0);
	run_end(&r);
	assert_int_equal(r.m.total, 3);
	assert_string_equal(model_ranked(&r.m, 0)->info->name, "UNKNOWN");
	assert_true(r.rec.vcpus[0].has_unknown);
	assert_int_equal(r.rec.vcpus[0].unknown_last, 0xdead);
	run_free(&r);
}

static void strangers_are_left_out(void **state)
{
	struct track_sums sums;
	struct run r;

	run_start(&r, false);
	sample(&r, 10, 10, 0);
	track_set_command(r.t, 4000000, 400);
	sample(&r, 20, 20, 0);
	sums = track_sums(r.t);
	assert_int_equal(sums.exits, 0);
	assert_int_equal(sums.vms, 0);
	run_discard(&r);
}

static void unfilled_fields_are_null(void **state)
{
	struct snapwrite w;
	struct run r;

	run_start(&r, true);
	for (uint64_t io = 1; io < 47; io += 23) {
		one_vm(&w, 0, io, 0, 0);
		assert_int_equal(try_sample(&r, &w), 0);
	}
	run_end(&r);
	assert_int_equal(r.m.total, 23);
	assert_int_equal(r.m.reasons[0].sum->n.userspace, -1);
	assert_int_equal(r.m.reasons[0].sum->n.l2, -1);
	assert_false(r.m.has_closure);
	run_free(&r);
}

/* A counter that fell: all of this vCPU's began again. */
static void counters_begin_again(void **state)
{
	struct run r;

	run_start(&r, true);
	sample(&r, 100, 1000, 0);
	sample(&r, 101, 1000, 0);
	sample(&r, 23, 1001, 0);
	sample(&r, 26, 1003, 0);
	assert_int_equal(track_sums(r.t).restarts, 1);
	run_end(&r);
	assert_int_equal(r.m.total, 1 + 23 + 1001 + 3 + 2);
	assert_int_equal(r.m.all->entries[MODEL_ATTEMPTS], r.m.total);
	run_free(&r);
}

/* A vCPU that sleeps: each sample has its own part of the time. */
static void open_states_are_charged(void **state)
{
	struct snapwrite w;
	struct run r;

	run_start(&r, true);
	for (uint64_t now = 5000; now <= 9000; now += 1000) {
		one_vm(&w, ALL_FIELDS, 1, 0, 0);
		snapwrite_clock(&w, 1000000, now, KES_GROUP_TIME);
		snapwrite_part(&w, KES_REC_TIME);
		snapwrite_time(&w, 100, 200, 60, KES_STATE_HALT_BLOCK);
		((struct kes_time_record *)(w.data + w.part_off))->state_code =
			0x7b;
		snapwrite_element(&w, &(struct kes_time_exit) {
			.code = 0x7b, .cyc = { 40 } });
		assert_int_equal(try_sample(&r, &w), 0);
	}
	run_end(&r);
	assert_int_equal(r.m.reasons[0].sum->ns[KES_STATE_HALT_BLOCK], 4000);
	assert_int_equal(r.m.all->elapsed_ns, 4000);
	assert_int_equal(r.m.bins.nr, 4);
	for (size_t i = 0; i < r.m.bins.nr; i++)
		assert_int_equal(r.m.bins.points[i].ns[KES_STATE_HALT_BLOCK],
				 1000);
	run_free(&r);
}

/* 64 bits last for centuries, but a difference costs nothing to get right. */
static void counters_wrap(void **state)
{
	struct run r;

	run_start(&r, true);
	sample(&r, UINT64_MAX - 10, 7, 0);
	sample(&r, 12, 7, 0);
	sample(&r, 13, 7, 0);
	run_end(&r);
	assert_int_equal(r.m.total, 23 + 1);
	assert_int_equal(r.m.all->entries[MODEL_ATTEMPTS], 23 + 1);
	assert_int_equal(model_ranked(&r.m, 0)->sum->n.userspace, 23 + 1);
	run_free(&r);
}

/* In the time group, in cycles of 1 GHz, so that they are ns. */
static void times_wrap(void **state)
{
	static const uint64_t cyc[] = { UINT64_MAX - 10, 12 };
	struct snapwrite w;
	struct run r;

	run_start(&r, true);
	for (size_t i = 0; i < ARRAY_LEN(cyc); i++) {
		one_vm(&w, ALL_FIELDS, 1 + i, 0, 0);
		snapwrite_clock(&w, 1000000, 0, KES_GROUP_TIME);
		snapwrite_part(&w, KES_REC_TIME);
		snapwrite_time(&w, 5, 1000 * (i + 1), 0, KES_STATE_GUEST);
		snapwrite_element(&w, &(struct kes_time_exit) {
			.code = 0x7b, .cyc = { cyc[i] } });
		assert_int_equal(try_sample(&r, &w), 0);
	}
	run_end(&r);
	assert_int_equal(r.m.reasons[0].sum->ns[KES_STATE_HANDLER], 23);
	run_free(&r);
}

static void a_vcpu_is_plugged_in(void **state)
{
	struct snapwrite w;
	struct run r;

	run_start(&r, true);
	sample(&r, 100, 0, 0);
	for (uint64_t n = 997; n <= 997 + 23; n += 23) {
		one_vm(&w, ALL_FIELDS, 101, 0, 0);
		snapwrite_vcpu(&w, KES_REC_VCPU, 7, n);
		snapwrite_exit(&w, &(struct kes_exit) { .code = 0x7b,
							.l1 = n });
		assert_int_equal(try_sample(&r, &w), 0);
	}
	/* and a vCPU that is not listed for once has lost nothing */
	sample(&r, 101, 0, 0);
	one_vm(&w, ALL_FIELDS, 101, 0, 88);
	snapwrite_vcpu(&w, KES_REC_VCPU, 7, 1021);
	snapwrite_exit(&w, &(struct kes_exit) { .code = 0x7b, .l1 = 1021 });
	assert_int_equal(try_sample(&r, &w), 0);
	run_end(&r);
	assert_int_equal(r.rec.nr_vcpus, 2);
	assert_int_equal(r.rec.vcpus[1].vcpu_id, 7);
	assert_int_equal(model_exits(r.m.vcpus[0]), 1);
	assert_int_equal(model_exits(r.m.vcpus[1]), 1021);
	run_free(&r);
}

static void shape_of_a_spike(void **state)
{
	struct run r;
	uint64_t io = 1;

	run_start(&r, true);
	for (int i = 0; i < 21; i++) {
		sample(&r, io, 0, 0);
		io += i == 9 ? 1000 : 100;
	}
	run_end(&r);
	assert_int_equal(r.m.total, 19 * 100 + 1000);
	assert_int_equal(r.m.shape.shape, MODEL_SPIKES);
	assert_int_equal(r.m.shape.peaks, 1);
	assert_int_equal(r.m.shape.peak_exits, 1000);
	assert_int_equal(r.m.shape.highest_point, 9);
	run_free(&r);
}

static void shape_of_a_line(void **state)
{
	struct run r;

	run_start(&r, true);
	for (uint64_t i = 0; i < 21; i++)
		sample(&r, 1 + i * 101, 0, 0);
	run_end(&r);
	assert_int_equal(r.m.shape.shape, MODEL_STEADY);
	assert_true(r.m.shape.cv < 0.01);
	run_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(phases_advance),
		TEST(phases_long_lines),
		TEST(phases_bad_files),
		TEST(phases_limit),
		TEST(baseline_is_not_counted),
		TEST(a_new_vm_counts_from_zero),
		TEST(unknown_codes_keep_their_number),
		TEST(strangers_are_left_out),
		TEST(unfilled_fields_are_null),
		TEST(counters_begin_again),
		TEST(open_states_are_charged),
		TEST(counters_wrap),
		TEST(times_wrap),
		TEST(a_vcpu_is_plugged_in),
		TEST(shape_of_a_spike),
		TEST(shape_of_a_line),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of phases, of the recorder from snapshots to a recording, and of the
 * model made from it. A fake clock makes times exact.
 */

#include "unit.h"
#include "model/load.h"
#include "recmade.h"
#include "record/phases.h"
#include "record/recorder.h"
#include "snaptake.h"

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

static void phases_advance(void **state UNUSED)
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
	/* phases cannot go back, but can be skipped */
	feed(&p, "Linux version 6.12\nreboot: Power down\n", &s);
	assert_string_equal(s.names,
			    "firmware;kernel early;kernel init;shutdown;");
	phases_free(&p);
}

static void long_lines_advance_phases(void **state UNUSED)
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

static void invalid_phase_files_are_refused(void **state UNUSED)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "", "no phase" }, { "# only\n\n", "no phase" },
		{ "a: x\nnonsense\n", "f:2: expected" },
		{ "a: x\nb:\n", "f:2: only the first" },
		{ "a: (\n", "f:1: " }, { ": x\n", "f:1: phase names" },
		{ "a name that is far too long to be one: x", "phase names" },
	};
	struct phases p;

	each_row(c, cases) {
		assert_int_equal(phases_parse(&p, c->text, "f", &err), -EINVAL);
		expect_error(c->message);
	}
}

/* The maximum number of phases, each of them used; and one more. */
static void number_of_phases_is_limited(void **state UNUSED)
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
	expect_error(line);
	buf_free(&text);
}

/* ---- from snapshots to a recording ---- */

#define ALL_FIELDS	0x1f

/* Fixture: a recording that is being written, and then its model. */
static struct rec_writer *writer;
static struct recorder *recorder;
static struct snapwrite w;
static struct snapshot snap;
static int64_t samples;
static struct recording rec;
static struct model model;

/* @all: record all VMs, otherwise only those of a command */
static void begin(bool all)
{
	choose_work();
	samples = 0;
	must(rec_create(&writer, work, true, &err));
	must(rec_meta_u64(writer, "interval_ns", 1000, &err));
	recorder = recorder_new(&(struct recorder_config) {
		.root = "/nonexistent", .all = all });
}

/* Take the next sample, 1000 ns after the last one. */
static void take(void)
{
	uint64_t at = (uint64_t)++samples * 1000;

	snaptake(&w, &snap);
	must(rec_begin(writer, &err));
	must(rec_sample(writer, samples, at - 10, at, 0, &err));
	must(recorder_sample(recorder, &snap, samples, writer, &err));
	must(rec_commit(writer, &err));
}

/* One VM with one vCPU; @fields: the fields that the source fills. */
static void one_vm(uint64_t fields, uint64_t io, uint64_t npf,
		   uint64_t destroyed_ns)
{
	snapwrite_begin(&w, KES_ISA_SVM, fields);
	snapwrite_vm(&w, 1, 1, 500, destroyed_ns, "a");
	snapwrite_vcpu(&w, KES_REC_VCPU, 0, io + npf);
	if (io)
		snapwrite_count(&w, 0x7b, io, io);
	if (npf)
		snapwrite_count(&w, 0x400, npf, 0);
}

static void sample(uint64_t io, uint64_t npf, uint64_t destroyed_ns)
{
	one_vm(ALL_FIELDS, io, npf, destroyed_ns);
	take();
}

static void finish(void)
{
	must(rec_finish(writer, &err));
	writer = NULL;
	must(rec_open(&rec, work, &err));
	must(model_load(&model, &rec, &err));
}

static void forget(void)
{
	if (writer)
		rec_discard(writer);
	writer = NULL;
	recorder_free(recorder);
	model_free(&model);
	rec_close(&rec);
}

static int setup(void **state UNUSED)
{
	begin(true);
	return 0;
}

static int teardown(void **state)
{
	forget();
	snapshot_free(&snap);
	return report_row(state);
}

/* One vCPU with two counters: the total and the most frequent exit. */
static void counter_differences_are_recorded(void **state UNUSED)
{
	static const struct {
		struct {
			uint64_t io, npf, destroyed_ns;
		} samples[4];		/* up to one without exits */
		uint64_t total, restarts;
		const char *name;
		uint64_t exits, userspace;
	} cases[] = {
		/* the first sample is the baseline */
		{ {{ 1000, 50, 0 }, { 1023, 50, 0 }, { 1023, 151, 99 }},
		  23 + 101, 0, "NPF", 101, 0 },
		/* a counter fell: all counters of this vCPU restart */
		{ {{ 100, 1000, 0 }, { 101, 1000, 0 }, { 23, 1001, 0 }, { 26, 1003, 0 }},
		  1 + 23 + 1001 + 3 + 2, 1, "NPF", 1001 + 2, 0 },
		/* a counter wraps: the difference is still right */
		{ {{ UINT64_MAX - 10, 7, 0 }, { 12, 7, 0 }, { 13, 7, 0 }},
		  23 + 1, 0, "IOIO", 23 + 1, 23 + 1 },
	};

	each_row(row, cases) {
		const struct model_reason *first;

		forget();
		begin(true);
		for (int i = 0; i < 4 && row->samples[i].io; i++)
			sample(row->samples[i].io, row->samples[i].npf,
			       row->samples[i].destroyed_ns);
		assert_int_equal(recorder_sums(recorder).restarts,
				 row->restarts);
		finish();
		first = model_ranked(&model, 0);
		assert_int_equal(model.total, row->total);
		assert_int_equal(model.all->entries[MODEL_ATTEMPTS], row->total);
		assert_int_equal(rec.vms[0].destroyed_ns,
				 row->samples[2].destroyed_ns);
		assert_string_equal(first->info->name, row->name);
		assert_int_equal(model_exits(first->sum), row->exits);
		assert_int_equal(first->sum->n.userspace, row->userspace);
	}
}

static void new_vm_counts_from_zero(void **state UNUSED)
{
	snapwrite_begin(&w, KES_ISA_SVM, ALL_FIELDS);
	take();
	/* created and destroyed between two samples: its final counters count */
	sample(997, 0, 77);
	sample(997, 0, 77);
	finish();
	assert_int_equal(model.total, 997);
}

static void unknown_codes_keep_their_number(void **state UNUSED)
{
	sample(5, 0, 0);
	one_vm(ALL_FIELDS, 5, 0, 0);
	snapwrite_count(&w, KES_CODE_UNKNOWN, 3, 0);
	snapwrite_last_vcpu(&w)->unknown_last = 0xdead;
	take();
	finish();
	assert_int_equal(model.total, 3);
	assert_string_equal(model_ranked(&model, 0)->info->name, "UNKNOWN");
	assert_true(rec.vcpus[0].has_unknown);
	assert_int_equal(rec.vcpus[0].unknown_last, 0xdead);
}

static void vms_of_other_commands_are_not_recorded(void **state UNUSED)
{
	forget();
	begin(false);
	sample(10, 10, 0);
	recorder_set_command(recorder, 4000000, 400);
	sample(20, 20, 0);
	assert_int_equal(recorder_sums(recorder).exits, 0);
	assert_int_equal(recorder_sums(recorder).vms, 0);
}

static void unfilled_fields_are_null(void **state UNUSED)
{
	for (uint64_t io = 1; io < 47; io += 23) {
		one_vm(0, io, 0, 0);
		take();
	}
	finish();
	assert_int_equal(model.total, 23);
	assert_int_equal(model.reasons[0].sum->n.userspace, -1);
	assert_int_equal(model.reasons[0].sum->n.l2, -1);
	assert_false(model.has_accounting);
}

/* Take a sample with times, in cycles at 1 GHz, which are ns. */
static void timed(uint64_t io, uint64_t now, uint64_t first, uint64_t last,
		  uint64_t guest, uint32_t state, uint64_t handler)
{
	one_vm(ALL_FIELDS, io, 0, 0);
	snapwrite_clock(&w, 1000000, now, KES_GROUP_TIME);
	snapwrite_times(&w, first, last, guest, state, 0x7b);
	snapwrite_handler(&w, 0x7b, handler, 0);
	take();
}

/* A blocked vCPU: each sample has its own part of the time. */
static void open_states_are_charged(void **state UNUSED)
{
	for (uint64_t now = 5000; now <= 9000; now += 1000)
		timed(1, now, 100, 200, 60, KES_STATE_BLOCKED, 40);
	finish();
	assert_int_equal(model.reasons[0].sum->ns[KES_STATE_BLOCKED], 4000);
	assert_int_equal(model.all->elapsed_ns, 4000);
	assert_int_equal(model.bins.nr, 4);
	for (size_t i = 0; i < model.bins.nr; i++)
		assert_int_equal(model.bins.points[i].ns[KES_STATE_BLOCKED],
				 1000);
}

static void times_can_wrap(void **state UNUSED)
{
	timed(1, 0, 5, 1000, 0, KES_STATE_GUEST, UINT64_MAX - 10);
	timed(2, 0, 5, 2000, 0, KES_STATE_GUEST, 12);
	finish();
	assert_int_equal(model.reasons[0].sum->ns[KES_STATE_HANDLER], 23);
}

static void with_vcpu_7(uint64_t n, uint64_t destroyed_ns)
{
	one_vm(ALL_FIELDS, 101, 0, destroyed_ns);
	snapwrite_vcpu(&w, KES_REC_VCPU, 7, n);
	snapwrite_count(&w, 0x7b, n, 0);
	take();
}

/* KVM_CREATE_VCPU fails for an id that exists: the recording is as without it. */
static void second_vcpu_with_an_id_adds_up(void **state UNUSED)
{
	static const uint64_t second[] = { 0, 0, 23, 0 };

	for (uint64_t i = 0; i < ARRAY_LEN(second); i++) {
		one_vm(ALL_FIELDS, 100 + i, 0, i == 3 ? 77 : 0);
		snapwrite_vcpu(&w, KES_REC_VCPU, 0, second[i]);
		if (second[i])
			snapwrite_count(&w, 0x7b, second[i], 0);
		take();
	}
	assert_int_equal(recorder_sums(recorder).restarts, 1);
	finish();
	assert_int_equal(rec.nr_vcpus, 1);
	assert_int_equal(model.total, 3 + 23);
	assert_int_equal(model.all->entries[MODEL_ATTEMPTS], 3 + 23);
}

static void hotplugged_vcpu_is_recorded(void **state UNUSED)
{
	sample(100, 0, 0);
	with_vcpu_7(997, 0);
	with_vcpu_7(997 + 23, 0);
	/* a vCPU that is missing in one sample loses nothing */
	sample(101, 0, 0);
	with_vcpu_7(1021, 88);
	finish();
	assert_int_equal(rec.nr_vcpus, 2);
	assert_int_equal(rec.vcpus[1].vcpu_id, 7);
	assert_int_equal(model_exits(model.vcpus[0]), 1);
	assert_int_equal(model_exits(model.vcpus[1]), 1021);
}

/* 20 samples with @exits, one with @peak. */
static void record_shape(uint64_t exits, uint64_t peak)
{
	uint64_t io = 1;

	for (int i = 0; i < 21; i++) {
		sample(io, 0, 0);
		io += i == 9 ? peak : exits;
	}
	finish();
	assert_int_equal(model.total, 19 * exits + peak);
}

static void burst_is_detected(void **state UNUSED)
{
	record_shape(100, 1000);
	assert_int_equal(model.shape.shape, MODEL_BURSTS);
	assert_int_equal(model.shape.peaks, 1);
	assert_int_equal(model.shape.peak_exits, 1000);
	assert_int_equal(model.shape.highest_point, 9);
}

static void equal_samples_are_steady(void **state UNUSED)
{
	record_shape(101, 101);
	assert_int_equal(model.shape.shape, MODEL_STEADY);
	assert_true(model.shape.cv < 0.01);
}

UNIT_TESTS("record",
	   TEST(phases_advance), TEST(long_lines_advance_phases),
	   TEST(invalid_phase_files_are_refused),
	   TEST(number_of_phases_is_limited),
	   FTEST(counter_differences_are_recorded),
	   FTEST(new_vm_counts_from_zero),
	   FTEST(unknown_codes_keep_their_number),
	   FTEST(vms_of_other_commands_are_not_recorded),
	   FTEST(unfilled_fields_are_null), FTEST(open_states_are_charged),
	   FTEST(times_can_wrap), FTEST(hotplugged_vcpu_is_recorded),
	   FTEST(second_vcpu_with_an_id_adds_up),
	   FTEST(burst_is_detected), FTEST(equal_samples_are_steady))

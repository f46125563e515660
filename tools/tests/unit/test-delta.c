// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of snapshot/delta.h, with a clock of 1 GHz: cycles are nanoseconds.
 */

#include "unit.h"
#include "snapshot/delta.h"
#include "snaptake.h"

#define IOIO	0x7b
#define NPF	0x400
#define HLT	0x78

static struct delta d;
static struct snapshot snap;
static struct snapwrite w;
static uint64_t tick;

static void begin(void)
{
	delta_free(&d);
	d = (struct delta) { .groups = KES_GROUP_HISTOGRAM | KES_GROUP_DETAIL,
			     .drop = free };
	tick = 0;
}

static int setup(void **state UNUSED)
{
	begin();
	return 0;
}

static int teardown(void **state)
{
	delta_free(&d);
	snapshot_free(&snap);
	return report_row(state);
}

/* ---- snapshots ---- */

static void at(uint64_t now_cyc)
{
	snapwrite_begin(&w, KES_ISA_SVM, 0x1f);
	snapwrite_header(&w)->end_ns = ++tick;
	snapwrite_clock(&w, 1000000, now_cyc, 0xf);
}

static void vcpu(uint64_t vm_id, uint64_t created_ns, uint64_t destroyed_ns)
{
	snapwrite_vm(&w, vm_id, 1, created_ns, destroyed_ns, "x");
	snapwrite_vcpu(&w, KES_REC_VCPU, 0, 0);
}

static void exits(uint64_t code, uint64_t n)
{
	snapwrite_count(&w, code, n, n);
}

static void times(uint64_t first, uint64_t last, uint64_t guest, uint32_t state,
		  uint64_t code)
{
	snapwrite_times(&w, first, last, guest, state, code);
}

static void handler(uint64_t code, uint64_t cyc, uint64_t max)
{
	snapwrite_handler(&w, code, cyc, max);
}

static void buckets(uint64_t code, uint64_t one, uint64_t two)
{
	snapwrite_part(&w, KES_REC_HISTOGRAM);
	snapwrite_element(&w, &(struct kes_histogram_exit) {
		.code = code, .bucket = { [3] = one, [5] = two } });
}

static void take(void)
{
	snaptake(&w, &snap);
	delta_begin(&d, &snap);
}

/* Take a snapshot and return the change of the first vCPU of the first VM. */
static const struct delta_change *change(void)
{
	take();
	return delta_vcpu(&d, d.listed[0], 0);
}

/* ---- counters ---- */

/* Count of a reason; 0 if it is not among the changes. */
static uint64_t counted(const struct delta_change *c, uint64_t code)
{
	const struct delta_exit *x = c->exits.data;

	for (size_t i = 0; i < c->exits.nr; i++)
		if (x[i].code == code) {
			assert_int_equal(x[i].n[DELTA_L1],
					 x[i].n[DELTA_USERSPACE]);
			assert_int_equal(d.reasons[x[i].reason].code, code);
			return x[i].n[DELTA_L1];
		}
	return 0;
}

static uint64_t spent(const struct delta_change *c, uint64_t code, int state)
{
	const struct delta_time *x = c->times.data;

	for (size_t i = 0; i < c->times.nr; i++)
		if (x[i].code == code)
			return x[i].ns[state - KES_STATE_HANDLER];
	return 0;
}

static uint64_t timed(const struct delta_change *c, int bucket)
{
	const struct delta_bucket *x = c->buckets.data;

	for (size_t i = 0; i < c->buckets.nr; i++)
		if (x[i].bucket == bucket)
			return x[i].n;
	return 0;
}

/* A snapshot of a vCPU with times, and a handler time for the exit @code. */
static const struct delta_change *timed_look(uint64_t now, uint64_t first,
					     uint64_t last, uint64_t guest,
					     uint32_t state, uint64_t code,
					     uint64_t cyc, uint64_t max)
{
	at(now);
	vcpu(1, 1, 0);
	times(first, last, guest, state, code);
	handler(code, cyc, max);
	return change();
}

static const struct delta_change *two(uint64_t io, uint64_t npf)
{
	at(0);
	vcpu(1, 1, 0);
	if (io)
		exits(IOIO, io);
	if (npf)
		exits(NPF, npf);
	return change();
}

/* Two counters of a vCPU in three snapshots; 0 is not listed. */
static void counters_are_subtracted(void **state UNUSED)
{
	static const struct {
		struct {
			uint64_t io, npf, want_io, want_npf;
			bool restarted;
		} looks[3];
		uint64_t restarts;
	} cases[] = {
		{{{ 1000, 50, 1000, 50, false }, { 1023, 50, 23, 0, false },
		  { 1023, 51, 0, 1, false }}, 0 },
		/* all counters of the vCPU restart, including those that did not fall */
		{{{ 100, 50, 100, 50, false }, { 23, 97, 23, 97, true },
		  { 24, 97, 1, 0, false }}, 1 },
		{{{ 100, 50, 100, 50, false }, { 0, 97, 0, 97, true },
		  { 7, 98, 7, 1, false }}, 1 },
		/* a wrapping counter: the first value is not plausible and counts as 0 */
		{{{ UINT64_MAX - 10, 7, 0, 7, false }, { 12, 8, 23, 1, false },
		  { 13, 8, 1, 0, false }}, 0 },
	};

	each_row(row, cases) {
		begin();
		for (int i = 0; i < 3; i++) {
			const struct delta_change *c = two(row->looks[i].io,
							   row->looks[i].npf);

			assert_int_equal(c->is_new, i == 0);
			assert_int_equal(c->restarted, row->looks[i].restarted);
			assert_int_equal(counted(c, IOIO), row->looks[i].want_io);
			assert_int_equal(counted(c, NPF), row->looks[i].want_npf);
			if (i)		/* unchanged counters are not listed */
				assert_int_equal(c->exits.nr,
						 !!row->looks[i].want_io +
						 !!row->looks[i].want_npf);
			delta_end(&d);
		}
		assert_int_equal(d.restarts, row->restarts);
	}
}

/* A fallen counter that is not an exit also restarts times and buckets. */
static void falling_attempts_restart_the_vcpu(void **state UNUSED)
{
	static const uint64_t attempts[] = { 100, 7 };
	const struct delta_change *c = NULL;

	for (size_t i = 0; i < ARRAY_LEN(attempts); i++) {
		at(300 + i);
		snapwrite_vm(&w, 1, 1, 1, 0, "x");
		snapwrite_vcpu(&w, KES_REC_VCPU, 0, attempts[i]);
		exits(IOIO, 50 + i);
		times(100, 300 + i, 150, KES_STATE_GUEST, IOIO);
		handler(IOIO, 50 + i, 9);
		buckets(IOIO, 11, 0);
		c = change();
	}
	assert_true(c->restarted);
	assert_int_equal(c->sums[DELTA_ATTEMPTS], 7);
	assert_int_equal(counted(c, IOIO), 51);
	assert_int_equal(c->guest_ns, 150);
	assert_int_equal(c->elapsed_ns, 201);
	assert_int_equal(spent(c, IOIO, KES_STATE_HANDLER), 51);
	assert_int_equal(timed(c, 3), 11);
}

/* If a source lists an entry twice, the first one counts. */
static void first_of_two_entries_counts(void **state UNUSED)
{
	for (uint64_t n = 10; n <= 20; n += 10) {
		const struct delta_change *c;

		at(0);
		vcpu(1, 1, 0);
		exits(IOIO, n);
		exits(IOIO, n + 1000);
		c = change();
		assert_int_equal(counted(c, IOIO), 10);
		assert_int_equal(c->exits.nr, 1);
	}
	assert_int_equal(d.restarts, 0);
}

/*
 * vCPUs with one id are told apart by their order. The last look lists another vCPU
 * first, so that the search begins in the middle.
 */
static void vcpus_with_one_id_have_own_counters(void **state UNUSED)
{
	static const struct {
		struct {
			uint32_t id;
			uint64_t n, want;
			uint32_t order;
			bool is_new, restarted;
		} vcpus[4];
		size_t nr;
	} looks[] = {
		{ {{ 0, 1000, 1000, 0, true, false }, { 1, 7, 7, 0, true, false }}, 2 },
		/* KVM_CREATE_VCPU 0 fails, again and again */
		{ {{ 0, 1023, 23, 0, false, false }, { 1, 7, 0, 0, false, false },
		   { 0, 0, 0, 1, true, false }}, 3 },
		{ {{ 0, 1030, 7, 0, false, false }, { 1, 7, 0, 0, false, false }}, 2 },
		{ {{ 0, 1031, 1, 0, false, false }, { 1, 8, 1, 0, false, false },
		   { 0, 5, 5, 1, false, false }, { 0, 6, 6, 2, true, false }}, 4 },
		{ {{ 1, 9, 1, 0, false, false }, { 0, 1032, 1, 0, false, false },
		   { 0, 7, 2, 1, false, false }, { 0, 8, 2, 2, false, false }}, 4 },
		/* the oldest is gone: the next takes its place, with a new life */
		{ {{ 0, 9, 9, 0, false, true }, { 0, 10, 3, 1, false, false }}, 2 },
	};

	each_row(look, looks) {
		at(0);
		snapwrite_vm(&w, 1, 1, 1, 0, "x");
		for (size_t i = 0; i < look->nr; i++) {
			snapwrite_vcpu(&w, KES_REC_VCPU, look->vcpus[i].id, 0);
			if (look->vcpus[i].n)
				exits(IOIO, look->vcpus[i].n);
		}
		take();
		for (size_t i = 0; i < look->nr; i++) {
			const struct delta_change *c =
				delta_vcpu(&d, d.listed[0], i);

			assert_int_equal(c->vcpu->vcpu_id, look->vcpus[i].id);
			assert_int_equal(c->vcpu->order, look->vcpus[i].order);
			assert_int_equal(c->is_new, look->vcpus[i].is_new);
			assert_int_equal(c->restarted, look->vcpus[i].restarted);
			assert_int_equal(counted(c, IOIO), look->vcpus[i].want);
		}
		delta_end(&d);
	}
	assert_int_equal(d.restarts, 1);
}

/* ---- VMs ---- */

static void reused_id_counts_from_zero(void **state UNUSED)
{
	static const struct {
		uint64_t created_ns, count, want;
	} looks[] = { { 5, 100, 100 }, { 5, 101, 1 }, { 6, 7, 7 } };

	each_row(look, looks) {
		at(0);
		vcpu(1, look->created_ns, 0);
		exits(IOIO, look->count);
		assert_int_equal(counted(change(), IOIO), look->want);
		delta_end(&d);
		assert_int_equal(d.nr_vms, 1);
	}
	assert_int_equal(d.restarts, 0);
}

static void hide_and_list_again(uint64_t keep_ns, uint64_t want)
{
	d.keep_ns = keep_ns;
	for (int i = 0; i < 5; i++) {
		at(0);
		if (i != 1 && i != 2) {
			vcpu(1, 5, 0);
			exits(IOIO, 100 + (uint64_t)i);
		}
		if (i < 1 || i > 2)
			assert_int_equal(counted(change(), IOIO),
					 i == 3 ? want : i ? 1 : 100);
		else
			take();
		if (snap.nr_vms && !d.listed[0]->user)
			d.listed[0]->user = xcalloc(1, 1);
		delta_end(&d);
	}
}

/* A VM that is unreadable for a while loses no exits while it is remembered. */
static void unreadable_vm_keeps_its_counts(void **state UNUSED)
{
	hide_and_list_again(10, 3);
	begin();
	hide_and_list_again(0, 103);
}

/* ---- times ---- */

/* A blocked thread does not update its record: the state's time continues. */
static void open_state_is_charged_until_now(void **state UNUSED)
{
	const struct delta_change *c;

	for (uint64_t now = 1000; now <= 3000; now += 1000) {
		c = timed_look(now, 100, 200, 60, KES_STATE_BLOCKED, HLT, 40,
			       9);
		assert_true(c->has_times);
		assert_int_equal(c->times_restarted, now == 1000);
		assert_int_equal(c->elapsed_ns, now == 1000 ? 900 : 1000);
		assert_int_equal(c->guest_ns, now == 1000 ? 60 : 0);
		assert_int_equal(spent(c, HLT, KES_STATE_HANDLER),
				 now == 1000 ? 40 : 0);
		assert_int_equal(spent(c, HLT, KES_STATE_BLOCKED),
				 now == 1000 ? 800 : 1000);
	}
	/* destroyed in that state: only the charged time is known */
	at(4000);
	vcpu(1, 1, 3500);
	times(100, 200, 60, KES_STATE_BLOCKED, HLT);
	handler(HLT, 40, 9);
	c = change();
	assert_int_equal(c->elapsed_ns, 0);
	assert_int_equal(c->times.nr, 0);
}

/* The time is charged to a reason without times so far, or to the guest. */
static void open_state_is_charged_without_earlier_times(void **state UNUSED)
{
	const struct delta_change *c;

	at(1000);
	vcpu(1, 1, 0);
	times(100, 100, 0, KES_STATE_USERSPACE, KES_CODE_NONE);
	c = change();
	assert_int_equal(spent(c, KES_CODE_NONE, KES_STATE_USERSPACE), 900);
	at(2000);
	vcpu(1, 1, 0);
	times(100, 1100, 0, KES_STATE_GUEST, KES_CODE_NONE);
	snapwrite_element(&w, &(struct kes_time_exit) {
		.code = KES_CODE_NONE, .cyc = { 0, 1000 } });
	c = change();
	assert_int_equal(spent(c, KES_CODE_NONE, KES_STATE_USERSPACE), 100);
	assert_int_equal(c->guest_ns, 900);
}

/* Record read before the thread woke, times after it: nothing is charged twice. */
static void wakeup_during_read_is_charged_once(void **state UNUSED)
{
	const struct delta_change *c;

	at(1000);
	vcpu(1, 1, 0);
	times(100, 200, 60, KES_STATE_HANDLER, HLT);
	snapwrite_element(&w, &(struct kes_time_exit) {
		.code = HLT, .cyc = { 40, 0, 0, 790 } });
	c = change();
	assert_int_equal(spent(c, HLT, KES_STATE_BLOCKED), 790);
	assert_int_equal(spent(c, HLT, KES_STATE_HANDLER), 40 + 10);
	assert_int_equal(c->elapsed_ns, 900);
}

/* The state ended just before the snapshot did: no time decreases. */
static void excess_charge_is_deducted(void **state UNUSED)
{
	static const struct {
		uint64_t now, last, guest;
		uint32_t state;
		uint64_t spent, want;
	} looks[] = {
		{ 1000, 200, 60, KES_STATE_HANDLER, 40, 40 + 800 },
		{ 1050, 1050, 100, KES_STATE_GUEST, 830, 0 },
		{ 1100, 1100, 130, KES_STATE_GUEST, 850, 10 },
	};

	each_row(look, looks) {
		const struct delta_change *c;

		c = timed_look(look->now, 100, look->last, look->guest,
			       look->state, HLT, look->spent, 9);
		assert_int_equal(spent(c, HLT, KES_STATE_HANDLER), look->want);
	}
}

/* The group was switched off and on: times restart, counters do not. */
static void times_restart_without_counters(void **state UNUSED)
{
	const struct delta_change *c;

	for (uint64_t first = 100; first <= 5000; first += 4900) {
		at(first + 900);
		vcpu(1, 1, 0);
		exits(IOIO, first);
		times(first, first + 900, 500, KES_STATE_GUEST, IOIO);
		handler(IOIO, first == 100 ? 400 : 300, 9);
		buckets(IOIO, first == 100 ? 20 : 3, first == 100 ? 0 : 4);
		c = change();
		assert_true(c->times_restarted);
		assert_false(c->restarted);
		assert_int_equal(c->guest_ns, 500);
		assert_int_equal(c->elapsed_ns, 900);
	}
	assert_int_equal(counted(c, IOIO), 4900);
	assert_int_equal(spent(c, IOIO, KES_STATE_HANDLER), 300);
	assert_int_equal(timed(c, 3), 3);
	assert_int_equal(timed(c, 5), 4);
	assert_int_equal(d.restarts, 0);
}

static void maximum_is_reported_when_it_changes(void **state UNUSED)
{
	static const struct {
		uint64_t last, spent, max, want;
	} looks[] = {
		{ 200, 40, 9, 9 }, { 201, 41, 9, 0 }, { 202, 42, 12, 12 },
		{ 203, 43, 10, 0 },
	};

	each_row(look, looks) {
		const struct delta_change *c;

		c = timed_look(1000, 100, look->last, 60, KES_STATE_GUEST, IOIO,
			       look->spent, look->max);
		assert_int_equal(c->times.nr, 1);
		assert_int_equal(((struct delta_time *)c->times.data)->max_ns,
				 look->want);
	}
}

/* A value that was evicted and returns restarts at 0. */
static void evicted_detail_counts_from_zero(void **state UNUSED)
{
	static const struct {
		uint64_t value, count, want, want_other;
	} looks[] = {
		{ 0x3f8, 10, 10, 7 }, { 0x3f8, 14, 4, 0 }, { 0x60, 3, 3, 7 },
		{ 0x3f8, 5, 5, 7 },
	};

	each_row(look, looks) {
		const struct delta_detail *x;

		at(0);
		vcpu(1, 1, 0);
		snapwrite_part(&w, KES_REC_DETAIL);
		snapwrite_detail(&w, IOIO, look->value, look->count, 0);
		snapwrite_detail(&w, IOIO, look->value, 7, KES_DETAIL_OTHER);
		x = change()->details.data;
		assert_int_equal(d.change.details.nr, 2);
		assert_int_equal(x[0].now->value, look->value);
		assert_int_equal(x[0].n, look->want);
		assert_int_equal(x[1].n, look->want_other);
	}
}

UNIT_TESTS("delta",
	   FTEST(counters_are_subtracted),
	   FTEST(falling_attempts_restart_the_vcpu),
	   FTEST(first_of_two_entries_counts),
	   FTEST(vcpus_with_one_id_have_own_counters),
	   FTEST(reused_id_counts_from_zero),
	   FTEST(unreadable_vm_keeps_its_counts),
	   FTEST(open_state_is_charged_until_now),
	   FTEST(open_state_is_charged_without_earlier_times),
	   FTEST(wakeup_during_read_is_charged_once),
	   FTEST(excess_charge_is_deducted),
	   FTEST(times_restart_without_counters),
	   FTEST(maximum_is_reported_when_it_changes),
	   FTEST(evicted_detail_counts_from_zero))

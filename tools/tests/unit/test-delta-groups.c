// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of snapshot/delta.h: times and details. */
#include "unit.h"
#include "delta-fixture.h"

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

UNIT_TESTS("delta-groups",
	   FTEST(open_state_is_charged_until_now),
	   FTEST(open_state_is_charged_without_earlier_times),
	   FTEST(wakeup_during_read_is_charged_once),
	   FTEST(excess_charge_is_deducted),
	   FTEST(times_restart_without_counters),
	   FTEST(maximum_is_reported_when_it_changes),
	   FTEST(evicted_detail_counts_from_zero))
